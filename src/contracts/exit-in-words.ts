/** How a command ended, as its result says: `exit 0`, or `ended by SIGKILL`. */
export function exitInWords(ended: {
  readonly exit_code: number | null;
  readonly signal: string | null;
}): string {
  return ended.exit_code === null ? `ended by ${ended.signal ?? "a signal"}` : `exit ${ended.exit_code}`;
}
