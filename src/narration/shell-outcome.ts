import { z } from "zod";
import type { ErrorInfo } from "../../machines/records/values.ts";

/** A command's result, as a task's result or the details of an error have it. */
const shape = z.object({
  exit_code: z.number().nullable().catch(null),
  signal: z.string().nullable().catch(null),
  duration_ms: z.number(),
  timed_out: z.boolean().catch(false),
  stdout_tail: z.string().catch(""),
  stderr_tail: z.string().catch(""),
});

export type ShellOutcome = z.infer<typeof shape>;

/** How a command ended; null = this is not what a command gives. */
export function shellOutcomeIn(value: unknown): ShellOutcome | null {
  return shape.safeParse(value).data ?? null;
}

/** As {@link shellOutcomeIn}, of an error. */
export function shellOutcome(error: ErrorInfo | undefined): ShellOutcome | null {
  return shellOutcomeIn(error?.details);
}
