import { refuse, type Refusal } from "../../machines/errors.ts";
import { mayGoAway } from "../../machines/policies/departure.ts";
import type { Task } from "../../machines/records/task.ts";
import type { Entries, MessageOf } from "../engine/entry.ts";
import type { Turn } from "../engine/turn.ts";
import { returnTask } from "./return-task.ts";
import { offer } from "./routing.ts";

type Reassign = MessageOf<"task.reassign">;

/** A caller moves a task to a sibling of its holder. Source: spec/domain.md 2.4. */
export const reassign: Entries<"task.reassign"> = {
  "task.reassign": {
    needs: "task",
    admission: "progress",
    visit: { when: ({ passed }) => !passed, handle: askHolder },
    handle: onReassign,
  },
};

/** The holder's parent checks a move between its children by its roster, and passes it on. */
function askHolder(turn: Turn, command: Reassign): void {
  const refusal = refuseByRoster(turn, command);
  if (refusal === null) turn.send(command.holder, { ...command, passed: true }, turn.envelope.reply);
  else turn.refuse(refusal);
}

/** Whom a refusal would have accepted, in words. */
export function accepted(names: readonly string[]): string {
  return names.length === 0
    ? "there is none"
    : `accepted ${names.length === 1 ? "is" : "are"} ${names.join(", ")}`;
}

function refuseByRoster(turn: Turn, { task, holder, to }: Reassign): Refusal | null {
  const { roster } = turn.actor;
  const target = roster.get(to);
  const siblings = [...roster.values()].flatMap(({ child, name }) => (child === holder ? [] : name));
  if (target === undefined || target.child === holder) {
    return refuse(
      "invalid_delegation",
      `${turn.world.names.nameOf(to)} is no live sibling of the holder of T-${task} under ${turn.instance.name}; ${accepted(siblings)}.`,
      { allowed: siblings },
    );
  }
  const { name, status, room } = target;
  if (status !== "running") {
    return refuse("instance_not_running", `${name} is ${status}; it takes work when it runs.`, {
      instance: name,
      status,
    });
  }
  return room > 0 ? null : refuse("at_capacity", `${name} is full.`, { instance: name });
}

/** The holder returns the task for its source to offer to the sibling; a task that began here it offers itself. */
function onReassign(turn: Turn, command: Reassign, task: Task): void {
  const { to, reason, autoAccept } = command;
  const { reply } = turn.envelope;
  const refusal = refuseByHolder(turn, to, task);
  if (refusal !== null) return turn.refuse(refusal);
  const hop = turn.actor.hops.get(task.no);
  if (hop?.status === "accepted" && hop.type === "reassign" && hop.source === to) {
    // Back to the sibling it came from: nothing is left to offer.
    returnTask(turn, task, hop, { why: "reassigned", reason });
    turn.answerDelegation(hop);
  } else if (task.chain.includes(to)) {
    turn.refuse(passedOn(task, turn.world.names.nameOf(to)));
  } else if (hop?.status === "accepted" && hop.type !== "escalate") {
    returnTask(turn, task, hop, {
      why: "reassigned",
      reason,
      next: { to, autoAccept, type: "reassign" },
      reply,
    });
  } else {
    offer(turn, task, {
      to,
      type: "reassign",
      decide: autoAccept ? "forced" : "caller",
      notes: reason,
      byCaller: true,
      reply,
    });
  }
}

function refuseByHolder(turn: Turn, to: number, task: Task): Refusal | null {
  if (!mayGoAway(task)) return turn.notAllowed(task, "reassign");
  const { name, parent } = turn.instance;
  // The task may have moved since its holder's parent checked: only among that parent's children is this still right.
  if (turn.envelope.from === parent && to !== turn.actor.no) return null;
  return refuse(
    "invalid_delegation",
    `T-${task.no} cannot go there from ${name}, which has it now; look at its chain and ask again.`,
    { holder: name, allowed: [] },
  );
}

/** The accepted hops of a task form one path: who has passed it on gets it back, and not anew (D1, D9). */
export function passedOn(task: Task, target: string): Refusal {
  return refuse(
    "invalid_delegation",
    `${target} has passed T-${task.no} on already; escalate it, or cancel the hops after it, to bring it back.`,
    { allowed: [] },
  );
}
