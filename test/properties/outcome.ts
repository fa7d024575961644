import type { Answer } from "./call.ts";

/** What became of a call. */
export type Outcome<A extends object = Answer> =
  | { readonly ok: true; readonly answer: A }
  | { readonly ok: false; readonly code: string };

/** Refusals a client may meet here: each is in spec/api.md 4.4. */
export const CODES: ReadonlySet<string> = new Set([
  "invalid_delegation",
  "invalid_parent",
  "not_found",
  "illegal_transition",
  "at_capacity",
  "not_claimable",
  "no_route",
  "instance_not_running",
  "already_decided",
  "lease_lost",
  "open_hop_below",
  "has_live_children",
  "pending_delegation_exists",
  "draining",
  "storage_full",
  "unavailable",
]);

export async function outcomeOf<A extends object>(asked: Promise<A>): Promise<Outcome<A>> {
  try {
    return { ok: true, answer: await asked };
  } catch (error) {
    const { code } = error as { code?: unknown };
    return {
      ok: false,
      code: typeof code === "string" ? code : `an exception: ${String((error as Error).stack)}`,
    };
  }
}
