import { HopperError } from "../../machines/errors.ts";
import { summary } from "./check.ts";
import { found } from "./common.ts";

/** What every verb that waits takes beside its contract. */
export interface Abortable {
  /** Ends the wait: the promise rejects with the signal's reason. Default: no such end. */
  signal?: AbortSignal | undefined;
}

/** The signal, and what the contract checks. Throws `validation_failed` for what is no signal. */
export function apart<P extends Abortable>(params: P): readonly [AbortSignal | undefined, Omit<P, "signal">] {
  if (typeof params !== "object" || params === null || !("signal" in params)) return [undefined, params];
  const { signal, ...asked } = params;
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    const issues = [{ path: "signal", message: `${found(signal)}; an AbortSignal is accepted` }];
    throw new HopperError("validation_failed", summary(issues), { issues });
  }
  return [signal, asked];
}
