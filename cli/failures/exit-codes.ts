/** What a command's exit code means. Source: 5-cli.md 5.1. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  conflict: 4,
  unavailable: 5,
  timedOut: 6,
  denied: 7,
  badConfiguration: 8,
  damaged: 9,
  nodeTooOld: 69,
  interrupted: 130,
} as const;

/** The table that `hopper help exit-codes` prints. */
export const EXIT_CODE_MEANINGS: readonly (readonly [code: number, meaning: string])[] = [
  [EXIT.ok, "ok"],
  [EXIT.failed, "the operation or the awaited task failed"],
  [EXIT.usage, "the command, an option or a value is not understood"],
  [EXIT.notFound, "not found"],
  [EXIT.conflict, "conflict, or not allowed in this state"],
  [EXIT.unavailable, "unavailable: the store is in use, or may not be opened"],
  [EXIT.timedOut, "timed out"],
  [EXIT.denied, "denied"],
  [EXIT.badConfiguration, "bad configuration or plan"],
  [EXIT.damaged, "the data is damaged, or was written by a newer Hopper"],
  [EXIT.nodeTooOld, "Node is too old"],
  [EXIT.interrupted, "interrupted"],
];

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
