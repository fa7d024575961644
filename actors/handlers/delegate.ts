import { refuse, type Refusal } from "../../machines/errors.ts";
import { givesWorkTo, mayGiveWork } from "../../machines/legality.ts";
import { mayGoAway } from "../../machines/policies/departure.ts";
import type { DelegationType } from "../../machines/records/delegation.ts";
import type { Task } from "../../machines/records/task.ts";
import type { InstanceNo } from "../../machines/records/values.ts";
import type { Entries, MessageOf } from "../engine/entry.ts";
import type { Turn } from "../engine/turn.ts";
import { accepted, passedOn } from "./reassign.ts";
import { offer, rankFor } from "./routing.ts";

type Delegate = MessageOf<"task.delegate">;

/** A caller moves a task down: to a named child, or to whom routing chooses. Source: spec/domain.md 2.4. */
export const delegate: Entries<"task.delegate"> = {
  "task.delegate": { needs: "task", admission: "progress", handle: onDelegate },
};

/** A caller delegates a task that this actor holds. */
function onDelegate(turn: Turn, command: Delegate, task: Task): void {
  if (task.pendingHop !== null) {
    // The target keeps an offered task: whose children it would compare with are not the holder's.
    return turn.refuse(turn.notAllowed(task, "delegate"));
  }
  if (command.to === null) return routeOn(turn, task, command);
  const refusal =
    whyIllegal(turn, command.to, command.delegationType) ??
    (task.chain.includes(command.to) ? passedOn(task, turn.world.names.nameOf(command.to)) : null) ??
    whyNotNow(turn, task, command.to);
  if (refusal !== null) return turn.refuse(refusal);
  offer(turn, task, {
    to: command.to,
    type: command.delegationType,
    decide: command.autoAccept === true ? "forced" : "caller",
    notes: command.notes,
    byCaller: true,
    reply: turn.envelope.reply,
  });
}

/** Without a target routing chooses among the children, also where the behavior would handle. */
function routeOn(turn: Turn, task: Task, command: Delegate): void {
  if (!mayGoAway(task)) return turn.refuse(turn.notAllowed(task, "delegate"));
  const ranking = rankFor(turn, task);
  if (ranking.best === null) {
    const { name } = turn.instance;
    const { reason } = ranking;
    return turn.refuse(
      refuse(
        ranking.why === "full" ? "at_capacity" : "no_route",
        `No child of ${name} can take T-${task.no}: ${reason}.`,
        { instance: name, reason },
      ),
    );
  }
  offer(turn, task, {
    to: ranking.best,
    type: "route",
    decide: command.autoAccept === true ? "forced" : "routed",
    notes: command.notes,
    reply: turn.envelope.reply,
  });
}

/** Type, level, self: checked before state (spec/api.md 4.6). */
function whyIllegal(turn: Turn, to: InstanceNo, type: DelegationType): Refusal | null {
  const { name, scope } = turn.instance;
  const { actor } = turn;
  const takers = givesWorkTo(scope);
  const child = actor.roster.get(to);
  const targets = [...actor.roster.values()].flatMap((entry) =>
    mayGiveWork(scope, entry.scope) ? entry.name : [],
  );
  const illegal = (detail: string): Refusal =>
    refuse("invalid_delegation", detail, { from: scope, allowed: takers, targets });
  if (to === actor.no)
    return illegal(`${name} holds the task already, and cannot delegate to itself; ${accepted(targets)}.`);
  if (type !== "route") return illegal(`delegate takes the type route; use ${type} as a verb of its own.`);
  if (takers.length === 0)
    return illegal(`${scope} gives work to nobody; a task there can only be escalated or reassigned.`);
  if (child === undefined || !mayGiveWork(scope, child.scope)) {
    const what = `${turn.world.names.nameOf(to)} is none of the children of ${name} (${scope}) that take work from it`;
    return illegal(`${what}; ${accepted(targets)}, of scope ${takers.join(" or ")}.`);
  }
  return null;
}

function whyNotNow(turn: Turn, task: Task, to: InstanceNo): Refusal | null {
  if (!mayGoAway(task)) return turn.notAllowed(task, "delegate");
  const child = turn.actor.roster.get(to);
  if (child === undefined || child.status === "running") return null;
  const { name, status } = child;
  return refuse("instance_not_running", `${name} is ${status}; it takes offers when it runs.`, {
    instance: name,
    status,
  });
}
