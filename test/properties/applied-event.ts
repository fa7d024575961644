import type { AnyEvent } from "../support/any-event.ts";
import type { Marks } from "./marks.ts";
import type { Model, ModelTask } from "./model.ts";

/** One event of the journal as the model takes it. `rule` notes what it breaks, by the id of spec/reliability.md 8.1. */
export interface AppliedEvent {
  readonly model: Model;
  readonly marks: Marks;
  readonly event: AnyEvent;
  readonly at: number;
  readonly rule: (holds: boolean, id: string, text: string) => void;
}

/** What a view of the task must show from now on, until its next version. */
export function noteState(task: ModelTask): void {
  task.states.set(task.version, {
    status: task.status,
    heldReason: task.held,
    instanceId: task.holder,
    originInstanceId: task.origin,
    attempt: task.attempt,
    failures: task.failures,
    leaseLosses: task.leaseLosses,
    round: task.round,
    epoch: task.epoch,
    claimedBy: task.claimedBy,
  });
}
