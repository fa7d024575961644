import { refuse } from "../../machines/errors.ts";
import { mayGoAway } from "../../machines/policies/departure.ts";
import { afterFailure } from "../../machines/policies/failure.ts";
import type { Task } from "../../machines/records/task.ts";
import type { ErrorInfo, InstanceNo } from "../../machines/records/values.ts";
import type { Entries, MessageOf } from "../engine/entry.ts";
import type { Turn } from "../engine/turn.ts";
import { returnTask } from "./return-task.ts";
import { offer } from "./routing.ts";

/** Tasks that their holder gives up, asked by a caller or because it failed. Source: spec/domain.md 2.4, 2.7. */
export const escalate: Entries<"task.escalate"> = {
  "task.escalate": { needs: "task", admission: "progress", handle: onEscalate },
};

/** The holder gives a task up to its parent: returned over the hop that brought it, else offered upward. */
function onEscalate(turn: Turn, { reason }: MessageOf<"task.escalate">, task: Task): void {
  const { parent, name, scope } = turn.instance;
  const { reply } = turn.envelope;
  if (parent === null) {
    return turn.refuse(
      refuse("invalid_delegation", `${name} is a root; there is nobody above it.`, {
        from: scope,
        allowed: [],
      }),
    );
  }
  if (!mayGoAway(task)) return turn.refuse(turn.notAllowed(task, "escalate"));
  const hop = turn.actor.hops.get(task.no);
  if (hop?.status === "accepted" && hop.source === parent) {
    returnTask(turn, task, hop, { why: "escalated", reason, reply });
    return;
  }
  offer(turn, task, {
    to: parent,
    type: "escalate",
    decide: "forced",
    notes: reason,
    byCaller: true,
    reply,
  });
}

/** `on_failure: reassign | escalate`: others are to try it, once each; false = nobody above, it fails here. */
export function tryOthers(turn: Turn, task: Task, error: ErrorInfo, failures: number): boolean {
  const next = afterFailure({
    onFailure: turn.config.onFailure,
    parent: turn.instance.parent,
    hop: turn.actor.hops.get(task.no),
  });
  if (next.kind === "fails") return false;
  const failed = { firstError: task.firstError ?? error, failures, reason: error.message };
  if (next.kind === "returns") returnTask(turn, task, next.hop, { why: next.why, ...failed });
  else climb(turn, task, { parent: next.parent, ...failed });
  return true;
}

/** A task that failed where nobody above had sent it: an ordinary hop upward; refused, it fails with its first error. */
function climb(
  turn: Turn,
  task: Task,
  params: { parent: InstanceNo; firstError: ErrorInfo; failures: number; reason: string },
): void {
  const { parent, firstError, failures, reason } = params;
  turn.task(task, "task.returned", {
    holder: turn.actor.no,
    why: "escalated",
    returnedBy: [...new Set([...task.returnedBy, turn.actor.no])],
    firstError,
    failures,
  });
  offer(turn, task, {
    to: parent,
    type: "escalate",
    decide: "forced",
    notes: reason,
    reply: null,
  });
}
