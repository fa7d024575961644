import { refuse, type Refusal } from "../../machines/errors.ts";
import { givesWorkTo, mayGiveWork } from "../../machines/legality.ts";
import type { Command } from "../../machines/messages/command.ts";
import type { DelegationType } from "../../machines/records/delegation.ts";
import type { InstanceNo } from "../../machines/records/values.ts";
import type { Task } from "../../machines/records/task.ts";
import { passedOn } from "./moves.ts";
import { mayGoAway, offer, rankFor } from "./routing.ts";
import type { Turn } from "../engine/turn.ts";

/** A caller moves a task down: to a named child, or to whom routing chooses. Source: 2-domain.md 2.4. */

/** A caller delegates a task that this actor holds. */
export function onDelegate(
  turn: Turn,
  command: Extract<Command, { type: "task.delegate" }>,
  task: Task,
): void {
  if (task.pendingHop !== null) {
    // The target keeps an offered task: whose children it would compare with are not the holder's.
    turn.refuse(turn.notAllowed(task, "delegate"));
    return;
  }
  if (command.to === null) {
    routeOn(turn, task, command);
    return;
  }
  const refusal =
    whyIllegal(turn, command.to, command.delegationType) ??
    (task.chain.includes(command.to) ? passedOn(task) : null) ??
    whyNotNow(turn, task, command.to);
  if (refusal !== null) {
    turn.refuse(refusal);
    return;
  }
  offer(turn, task, {
    to: command.to,
    type: command.delegationType,
    routingRound: task.routingRound + 1,
    decide: command.autoAccept === true ? "forced" : "caller",
    notes: command.notes,
    backAsBefore: true,
    reply: turn.envelope.reply,
  });
}

/** Without a target routing chooses among the children, also where the behavior would handle. */
function routeOn(turn: Turn, task: Task, command: Extract<Command, { type: "task.delegate" }>): void {
  if (!mayGoAway(turn, task)) {
    turn.refuse(turn.notAllowed(task, "delegate"));
    return;
  }
  const ranking = rankFor(turn, task);
  if (ranking.best === null) {
    const full = ranking.why === "full";
    turn.refuse(
      refuse(
        full ? "at_capacity" : "no_route",
        `No child of ${turn.instance.name} can take T-${task.no}: ${ranking.reason}.`,
        {
          instance: turn.instance.name,
          reason: ranking.reason,
        },
      ),
    );
    return;
  }
  offer(turn, task, {
    to: ranking.best,
    type: "route",
    routingRound: task.routingRound + 1,
    decide: command.autoAccept === true ? "forced" : "routed",
    notes: command.notes,
    reply: turn.envelope.reply,
  });
}

/** Type, level, self: checked before state (4-http-api.md 4.6). */
function whyIllegal(turn: Turn, to: InstanceNo, type: DelegationType): Refusal | null {
  const { instance, actor } = turn;
  const child = actor.roster.get(to);
  const children = [...actor.roster.values()]
    .filter((entry) => entry.status !== "terminated")
    .map((entry) => entry.name);
  const facts = { from: instance.scope, allowed: givesWorkTo(instance.scope), targets: children };
  if (to === actor.no)
    return refuse(
      "invalid_delegation",
      `${instance.name} holds the task already; it cannot delegate to itself.`,
      facts,
    );
  if (type !== "route") {
    return refuse(
      "invalid_delegation",
      `delegate takes the type route; use ${type} as a verb of its own.`,
      facts,
    );
  }
  if (givesWorkTo(instance.scope).length === 0) {
    return refuse(
      "invalid_delegation",
      `${instance.scope} gives work to nobody; a task there can only be escalated or reassigned.`,
      facts,
    );
  }
  if (child === undefined || !mayGiveWork(instance.scope, child.scope)) {
    return refuse(
      "invalid_delegation",
      `${instance.name} (${instance.scope}) gives work to its own children of scope ${givesWorkTo(instance.scope).join(", ")} only.`,
      facts,
    );
  }
  return null;
}

function whyNotNow(turn: Turn, task: Task, to: InstanceNo): Refusal | null {
  if (!mayGoAway(turn, task)) return turn.notAllowed(task, "delegate");
  const child = turn.actor.roster.get(to);
  if (child !== undefined && child.status !== "running") {
    return refuse("instance_not_running", `${child.name} is ${child.status}; it takes offers when it runs.`, {
      instance: child.name,
      status: child.status,
    });
  }
  return null;
}
