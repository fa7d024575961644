import type { MachineName } from "./mutants.ts";

/** Transitions to which no verb of the library leads, and why: they are tried on planted records. */
export interface Unreached {
  readonly machine: MachineName;
  readonly from: string;
  /** Absent = every event of the status. */
  readonly event?: string;
  readonly why: string;
}

const NO_PARTS = "no verb gives a task parts: what waits for them comes with decompose";
const AT_ONCE =
  "`starting` lasts one turn: the instance tells itself STARTED before anything else reaches it";

/** Every other transition is taken by a walk through the library; scripts/check-machines.ts holds both to it. */
export const UNREACHED: readonly Unreached[] = [
  ...["pending", "queued", "claimed", "in_progress"].map((from): Unreached => ({
    machine: "task",
    from,
    event: "DECOMPOSE",
    why: NO_PARTS,
  })),
  { machine: "task", from: "waiting", why: NO_PARTS },
  { machine: "instance", from: "starting", event: "FAIL", why: AT_ONCE },
  { machine: "instance", from: "starting", event: "TERMINATE", why: AT_ONCE },
];
