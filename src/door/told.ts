/** Tells what a user has given us to be told by: what that throws, at once or later, is reported and ends nothing. */
export function tell(call: () => unknown, report: (thrown: unknown) => void): void {
  try {
    Promise.resolve(call()).catch(report);
  } catch (thrown) {
    report(thrown);
  }
}
