import type { ErrorInfo, Json } from "../../machines/records/values.ts";
import type { ShellResult } from "../workers/shell.ts";

/** Reading the data of an event: each field may be missing, and is then null. */
export type Data = object;
type Read = { readonly [key: string]: Json | undefined };

/** A command's result without its output. */
export type ShellOutcome = Pick<ShellResult, "exit_code" | "signal" | "duration_ms" | "timed_out">;

/** How a command ended, from the details of its error; null = the error is not a command's. */
export function shellResultOf(error: ErrorInfo | null): ShellOutcome | null {
  const details = error?.details;
  if (typeof details !== "object" || details === null || Array.isArray(details)) return null;
  const { exit_code: code, signal, duration_ms: ms, timed_out: timedOut } = details;
  if (typeof ms !== "number") return null;
  return {
    exit_code: typeof code === "number" ? code : null,
    signal: typeof signal === "string" ? signal : null,
    duration_ms: ms,
    timed_out: timedOut === true,
  };
}

/** The error that an event carries. */
export function errorOf(data: Data): ErrorInfo | null {
  const error = (data as Read)["error"];
  if (typeof error !== "object" || error === null || Array.isArray(error)) return null;
  const { code, message, details } = error;
  const info = {
    code: typeof code === "string" ? code : "failed",
    message: typeof message === "string" ? message : "",
  };
  return details === undefined ? info : { ...info, details };
}

export function textOf(data: Data, key: string): string | null {
  const value = (data as Read)[key];
  return typeof value === "string" ? value : null;
}

export function numberOf(data: Data, key: string): number | null {
  const value = (data as Read)[key];
  return typeof value === "number" ? value : null;
}
