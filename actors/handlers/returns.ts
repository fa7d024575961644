import type { Notice } from "../../machines/messages/notice.ts";
import type { CancellationCode, Delegation } from "../../machines/records/delegation.ts";
import type { ErrorInfo, InstanceNo, Reply } from "../../machines/records/values.ts";
import type { Task } from "../../machines/records/task.ts";
import { cancelTask } from "./completion.ts";
import type { Turn } from "../engine/turn.ts";

/** Custody going back up: escalate, reassign, terminate. Source: 2-domain.md 2.2, 2.4. */

type Why = "escalated" | "reassigned" | "instance_terminated";

export interface ReturnParams {
  readonly why: Why;
  readonly reason?: string | null;
  readonly next?: Extract<Notice, { type: "task.return" }>["next"];
  readonly reply?: Reply | null;
  readonly firstError?: ErrorInfo;
  /** Failures as they are after the one that led here. */
  readonly failures?: number;
}

/** Gives a task back to the source of the hop that brought it, in one turn: that hop cancelled, custody moved, the source told. */
export function giveBack(turn: Turn, task: Task, hop: Delegation, params: ReturnParams): Delegation | null {
  const source = hop.source;
  turn.hop(
    hop,
    "delegation.cancelled",
    { code: params.why satisfies CancellationCode, ...textOf(params.reason) },
    null,
  );
  const escalation =
    params.why === "escalated" ? insertEscalation(turn, task, hop, params.reason ?? null) : null;
  turn.task(task, "task.returned", {
    holder: source,
    why: params.why,
    returnedBy: whoHadIt(turn, task, params),
    ...(escalation === null ? {} : { hops: escalation.seq, lastHop: escalation.no }),
    ...(params.firstError === undefined ? {} : { firstError: params.firstError }),
    ...(params.failures === undefined ? {} : { failures: params.failures }),
  });
  turn.send(
    source,
    {
      type: "task.return",
      task: task.no,
      delegation: hop.no,
      target: turn.actor.no,
      why: params.why,
      status: task.status,
      next: params.next ?? null,
      given: params.next ? { ...hop } : null,
    },
    params.next ? (params.reply ?? null) : null,
  );
  if (escalation !== null && params.reply) {
    turn.answerTo(params.reply, { kind: "delegation", delegation: { ...escalation } });
  }
  return escalation;
}

/** Who is not asked again in the next routing round; after a failure that others are to try, all who tried so far. */
function whoHadIt(turn: Turn, task: Task, params: ReturnParams): InstanceNo[] {
  const before = params.firstError === undefined ? [] : task.returnedBy;
  const next = params.why === "reassigned" && params.next ? [params.next.to] : [];
  return [...new Set([...before, turn.actor.no, ...next])];
}

/** The escalate hop of a task that is given back: inserted accepted and completed, `handed_back`. */
function insertEscalation(turn: Turn, task: Task, hop: Delegation, reason: string | null): Delegation {
  const by = turn.envelope.by;
  const escalation = turn.createHop(
    task,
    {
      source: turn.actor.no,
      target: hop.source,
      type: "escalate",
      seq: task.hops + 1,
      previous: hop.no,
      routingRound: task.routingRound,
      ...(task.round === 1 ? {} : { round: task.round }),
      ...(by === null ? {} : { by }),
      ...(reason === null ? {} : { notes: reason }),
    },
    "delegation.accepted",
  );
  turn.hop(escalation, "delegation.completed", { outcome: "handed_back", taskStatus: "pending" }, null);
  return escalation;
}

function textOf(text: string | null | undefined): { text?: string } {
  return text === null || text === undefined ? {} : { text };
}

/** A task of a terminated instance: back to the source of the hop that brought it, with none it is cancelled. */
export function handBack(turn: Turn, task: Task, why: "instance_terminated"): void {
  const hop = turn.actor.hops.get(task.no);
  if (hop !== undefined && hop.status === "accepted") {
    giveBack(turn, task, hop, { why });
    return;
  }
  cancelTask(turn, task, {
    code: "instance_terminated",
    message: `${turn.instance.name} was terminated and nobody else could take the task`,
  });
}

/** Everything a terminating instance holds goes back; offers to it are rejected, its own offers withdrawn. */
export function handBackAll(turn: Turn): void {
  const { actor } = turn;
  for (const task of Array.from(actor.tasks.values())) {
    const hop = actor.hops.get(task.no);
    if (hop?.status === "pending") {
      if (turn.isTerminated) rejectForTermination(turn, task, hop);
    } else {
      handBack(turn, task, "instance_terminated");
    }
  }
  for (const [task, offered] of actor.offers) {
    turn.send(offered.target, {
      type: "delegation.cancellation",
      task,
      delegation: offered.delegation,
      code: "instance_terminated",
    });
  }
}

function rejectForTermination(turn: Turn, task: Task, hop: Delegation): void {
  turn.hop(hop, "delegation.rejected", { code: "terminated" }, task);
  tellRejection(turn, hop, "terminated");
}

/** The offer ended without acceptance: its source keeps the task again. */
export function tellRejection(
  turn: Turn,
  hop: Delegation,
  code: Extract<Notice, { type: "delegation.rejection" }>["code"],
): void {
  turn.send(hop.source, {
    type: "delegation.rejection",
    task: hop.task,
    delegation: hop.no,
    target: turn.actor.no,
    code,
    delegationType: hop.type,
    byCaller: hop.byCaller,
    room: Math.min(turn.actor.room(turn.config), 1_000_000),
  });
}
