/** Rare outcomes that a run of the property must have met, or its generator is too tame. */
export const RARE = [
  "expiry beat accept",
  "accept beat expiry",
  "reject beat accept",
  "withdrawal beat accept",
  "cancel beat complete",
  "complete beat cancel",
  "lease expiry beat complete",
  "two claims wanted one task",
  "late result refused",
  "held, then offered again",
  "offer refused, next candidate asked",
  "full one refused",
  "task completed while offered",
  "crash before a commit",
  "crash between commit and answer",
  "what the crash kept was answered again",
  "what the crash lost was done once",
  "crash with messages under way",
  "same key at once",
  "same key again",
  "old lease after a requeue",
  "retry reopened a task",
  "returned by an escalation",
  "escalated upward over a delegation of its own",
  "returned for a sibling",
  "returned by a termination",
  "cancelled by a termination",
  "cascade",
  "drain ended leases",
  "blocked task let go",
  "dependency failed",
  "child created for complex work",
  "disk full refused, nothing changed",
] as const;
export type Rare = (typeof RARE)[number];

/** How often each was met, over all runs. */
export class Marks {
  readonly counts = new Map<Rare, number>(RARE.map((name) => [name, 0]));

  note(name: Rare): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  missing(): Rare[] {
    return RARE.filter((name) => this.counts.get(name) === 0);
  }
}
