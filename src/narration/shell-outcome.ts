import { z } from "zod";
import type { ErrorInfo } from "../../machines/records/values.ts";

/** A command's result without its output, as the details of an error have it. */
const shape = z.object({
  exit_code: z.number().nullable().catch(null),
  signal: z.string().nullable().catch(null),
  duration_ms: z.number(),
  timed_out: z.boolean().catch(false),
});

export type ShellOutcome = z.infer<typeof shape>;

/** How a command ended; null = the error is not a command's. */
export function shellOutcome(error: ErrorInfo | undefined): ShellOutcome | null {
  return shape.safeParse(error?.details).data ?? null;
}
