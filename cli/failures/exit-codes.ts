/** What `hopper help exit-codes` prints. Source: spec/cli.md 5.1. */
export const EXIT_CODES = {
  ok: [0, "ok"],
  failed: [1, "the operation or the awaited task failed"],
  usage: [2, "the command, an option or a value is not understood"],
  notFound: [3, "not found"],
  conflict: [4, "conflict, or not allowed in this state"],
  unavailable: [5, "unavailable: the store is in use, or may not be opened"],
  timedOut: [6, "timed out"],
  denied: [7, "denied"],
  badConfiguration: [8, "bad configuration or plan"],
  damaged: [9, "the data is damaged, or was written by a newer Hopper"],
  nodeTooOld: [69, "Node is too old"],
  interrupted: [130, "interrupted"],
} as const;

/** The exit codes by their names. */
export const EXIT = Object.fromEntries(
  Object.entries(EXIT_CODES).map(([name, [code]]) => [name, code]),
) as Record<keyof typeof EXIT_CODES, number>;

const BY_CODE: Readonly<Record<string, number>> = {
  bad_configuration: EXIT.badConfiguration,
  store_damaged: EXIT.damaged,
  timed_out: EXIT.timedOut,
  interrupted: EXIT.interrupted,
};

const BY_STATUS: Readonly<Record<number, number>> = {
  400: EXIT.usage,
  401: EXIT.denied,
  403: EXIT.denied,
  404: EXIT.notFound,
  409: EXIT.conflict,
  412: EXIT.conflict,
  413: EXIT.usage,
  422: EXIT.usage,
  503: EXIT.unavailable,
  504: EXIT.timedOut,
};

/** The exit code for a refusal: by its code where that says more, else by its HTTP status. */
export function exitCodeOf(problem: { readonly code: string; readonly status: number }): number {
  return BY_CODE[problem.code] ?? BY_STATUS[problem.status] ?? EXIT.failed;
}
