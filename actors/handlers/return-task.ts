import type { MessageOf } from "../engine/entry.ts";
import type { Turn } from "../engine/turn.ts";
import type { Delegation } from "../../machines/records/delegation.ts";
import type { Task } from "../../machines/records/task.ts";
import type { ErrorInfo, InstanceNo, Reply } from "../../machines/records/values.ts";
import { cancelTask } from "./completion.ts";

/** A holder gives a task up over the hop that brought it. Source: spec/domain.md 2.2, 2.4. */
export interface ReturnParams {
  readonly why: MessageOf<"task.return">["why"];
  readonly reason?: string | null;
  /** reassign: whom its source is to offer it to. */
  readonly next?: MessageOf<"task.return">["next"];
  readonly reply?: Reply | null;
  readonly firstError?: ErrorInfo;
  /** Failures as they are after the one that led here. */
  readonly failures?: number;
}

/** In one turn: the hop cancelled, its source the holder again, and the source told. */
export function returnTask(turn: Turn, task: Task, hop: Delegation, params: ReturnParams): void {
  const { why, reason, next = null, reply = null, firstError, failures } = params;
  const text = reason === undefined || reason === null ? {} : { text: reason };
  turn.delegation(hop, null, "delegation.cancelled", { code: why, ...text });
  const escalation = why === "escalated" ? insertEscalation(turn, task, hop, reason ?? null) : null;
  const returnedBy = whoHadIt(turn, task, params);
  const refusedBy = [...new Set([...returnedBy, ...task.refusedBy])];
  turn.task(task, "task.returned", {
    holder: hop.source,
    why,
    returnedBy,
    ...(refusedBy.length > returnedBy.length ? { refusedBy } : {}),
    ...(escalation === null ? {} : { hops: escalation.seq, lastHop: escalation.no }),
    ...(firstError === undefined ? {} : { firstError }),
    ...(failures === undefined ? {} : { failures }),
  });
  turn.send(
    hop.source,
    {
      type: "task.return",
      task: task.no,
      delegation: hop.no,
      target: turn.actor.no,
      why,
      status: task.status,
      next,
      given: next === null ? null : { ...hop },
    },
    next === null ? null : reply,
  );
  if (escalation !== null) turn.answerTo(reply, { kind: "delegation", delegation: { ...escalation } });
}

/** Who is not asked again before all others were: all who have had it and gave it back so far. */
function whoHadIt(turn: Turn, task: Task, { why, next }: ReturnParams): InstanceNo[] {
  const asked = why === "reassigned" && next ? [next.to] : [];
  return [...new Set([...task.returnedBy, turn.actor.no, ...asked])];
}

/** The escalate hop of a task that is returned: inserted accepted and completed, `handed_back`. */
function insertEscalation(turn: Turn, task: Task, hop: Delegation, reason: string | null): Delegation {
  const { by } = turn.envelope;
  const escalation = turn.insertDelegation(task, "delegation.accepted", {
    source: turn.actor.no,
    target: hop.source,
    type: "escalate",
    seq: task.delegationCount + 1,
    previous: hop.no,
    routingRound: task.routingRound,
    ...(task.round === 1 ? {} : { round: task.round }),
    ...(by === null ? {} : { by }),
    ...(reason === null ? {} : { notes: reason }),
  });
  turn.delegation(escalation, null, "delegation.completed", {
    outcome: "handed_back",
    taskStatus: "pending",
  });
  return escalation;
}

/** A task of a terminated instance: back to the source of the hop that brought it, with none it is cancelled. */
export function returnForTermination(turn: Turn, task: Task): void {
  const hop = turn.actor.hops.get(task.no);
  if (hop?.status === "accepted") returnTask(turn, task, hop, { why: "instance_terminated" });
  else {
    cancelTask(turn, task, {
      code: "instance_terminated",
      message: `${turn.instance.name} was terminated and nobody else could take the task`,
    });
  }
}
