import type { Json } from "../../machines/records/values.ts";

/** What of a failure is for programs, and whether it is worth another try. */
interface TaskFailureParams {
  /** A word for programs, 1 to 64 characters. Default `failed`. */
  readonly code?: string;
  /** More for programs: JSON. Default: none. */
  readonly details?: Json;
  /** false = no further attempt, however many are left. Default true. */
  readonly retryable?: boolean;
}

/**
 * What a handler of `hopper.work` throws to say more than that it failed.
 *
 * @example
 * throw new TaskFailure("there is no such customer", { code: "no_customer", retryable: false });
 */
export class TaskFailure extends Error {
  override readonly name = "TaskFailure";
  readonly code: string;
  readonly details: Json | undefined;
  readonly retryable: boolean;

  constructor(message: string, { code = "failed", details, retryable = true }: TaskFailureParams = {}) {
    super(message);
    this.code = code;
    this.details = details;
    this.retryable = retryable;
  }
}
