/** Why a store could not be opened. The first six are exit 5 of the CLI, the rest 9, missing is 4 (spec/cli.md 5.6). */
export const STORE_ERROR_KINDS = [
  "locked",
  "not_permitted",
  "directory",
  "linked",
  "mounted",
  "full",
  "foreign",
  "damaged",
  "lock_damaged",
  "newer",
  "older",
  "failed",
  "missing",
  "bad_url",
] as const;
export type StoreErrorKind = (typeof STORE_ERROR_KINDS)[number];

/** A store that cannot be opened, and nothing was changed; or (`failed`) one that has failed under its owner. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly kind: StoreErrorKind;
  /** The file it is about. */
  readonly path: string;
  /** Process that owns the store, when known. Only with `locked`. */
  readonly pid: number | null;
  constructor(
    kind: StoreErrorKind,
    path: string,
    message: string,
    options?: ErrorOptions & { pid?: number | null },
  ) {
    super(message, options);
    this.kind = kind;
    this.path = path;
    this.pid = options?.pid ?? null;
  }
}
