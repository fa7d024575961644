import { refuse, type Refusal } from "../../machines/errors.ts";
import type { Task } from "../../machines/records/task.ts";
import type { Turn } from "../engine/turn.ts";

/** A lease's token is the epoch of its claim; an old one changes nothing (L1). Source: spec/runtime.md 3.4. */
export function holdsLease(task: Task, token: number): boolean {
  return (task.status === "claimed" || task.status === "in_progress") && task.epoch === token;
}

export function leaseLost(task: Task): Refusal {
  return refuse(
    "lease_lost",
    `The lease on T-${task.no} is not yours any more; T-${task.no} is ${task.status}.`,
    {
      status: task.status,
    },
  );
}

/** A result that came too late is kept in the journal and never applied. */
export function noteLateResult(turn: Turn, task: Task, token: number, verb: "complete" | "fail"): void {
  turn.note("lease.result_refused", { epoch: token, verb }, { task: task.no });
}
