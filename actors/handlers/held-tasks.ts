import { hasQueue } from "../../machines/legality.ts";
import { limitOf } from "../../machines/policies/capacity.ts";
import { awaitedBeside, movedBy, type Awaited, type News } from "../../machines/policies/held.ts";
import type { Ranked } from "../../machines/queues/rank.ts";
import type { Entries, MessageOf } from "../engine/entry.ts";
import type { Turn } from "../engine/turn.ts";
import { decideTask, wouldHandle } from "./routing.ts";

/** Held tasks are a queue: looked at again when what they wait for may have come. Source: spec/domain.md 2.6. */
export const heldTasks: Entries<"instance.redecide" | "instance.admit"> = {
  "instance.redecide": { needs: "nothing", admission: "progress", later: () => true, handle: lookOn },
  // What it asks for is done after every turn.
  "instance.admit": { needs: "nothing", admission: "progress", later: () => true, handle() {} },
};

/** Held tasks looked at in one turn; the others in a later one, with commits in between where that takes long. */
const LOOKS = 64;

/**
 * Looks at held tasks again, in their order: all that the news can move, or as many as there is room for. Each look is
 * a new routing round.
 */
export function redecideHeld(turn: Turn, news: News): void {
  lookOn(turn, { news, after: null, left: "room" in news ? news.room : null });
}

/** `after`: the last one that was looked at; `left`: so many more may move, null = all of them. */
function lookOn(
  turn: Turn,
  { news, after, left }: Pick<MessageOf<"instance.redecide">, "news" | "after" | "left">,
): void {
  const { actor } = turn;
  if (!turn.isRunning || actor.held.size === 0) return;
  const held = actor.sortedHeld();
  const groups = movedBy(news) ?? [...held.groups()].filter((group) => group !== "person");
  let [last, room] = [after, left];
  for (let looks = 0; room === null || room > 0; looks += 1) {
    const next = held.next(groups, last);
    if (next === null) return;
    if (looks === LOOKS && last !== null)
      return turn.send(actor.no, { type: "instance.redecide", news, after: last, left: room });
    last = next;
    look(turn, next);
    // One that could not use the room leaves it to the next.
    if (room !== null && !held.has(next.no)) room -= 1;
  }
  // There is somebody now: the others wait for room.
  if (news.kind === "child") held.merge("child", "room");
}

function look(turn: Turn, { no }: Ranked): void {
  const task = turn.actor.tasks.get(no);
  if (task !== undefined) decideTask(turn, task);
}

const OWN_ROOM: readonly Awaited[] = ["own room"];
const UNSURE: readonly Awaited[] = ["unsure"];
const ANYTHING: readonly Awaited[] = ["anything"];

/** Where there is room in this actor's own queue, tasks held here for want of it are queued. */
export function admitHeld(turn: Turn): void {
  const { actor } = turn;
  if (!turn.isRunning || actor.held.size === 0 || !hasQueue(turn.instance.scope)) return;
  const held = actor.sortedHeld();
  const limit = limitOf(turn.config);
  const hasRoom = (): boolean => actor.used() < limit;
  for (let looks = 0; hasRoom(); looks += 1) {
    const next = held.next(OWN_ROOM, null) ?? held.next(UNSURE, null);
    if (next === null) break;
    if (looks === LOOKS) return turn.send(actor.no, { type: "instance.admit" });
    admit(turn, next);
  }
  // What a behavior that does not say so waits for is found out by asking it, the first of them for all.
  for (let next = held.next(ANYTHING, null); next !== null && hasRoom(); next = held.next(ANYTHING, null)) {
    admit(turn, next);
    if (held.has(next.no)) return;
  }
}

/** Queues a held task, if that is what would become of it now; else it waits for others. */
function admit(turn: Turn, { no }: Ranked): void {
  const task = turn.actor.tasks.get(no);
  if (task === undefined) return;
  // Held for want of room at a child, it waits for the child's news: offering it again here would never end (V3).
  if (task.heldReason === "no_capacity" && wouldHandle(turn, task)) return decideTask(turn, task);
  const { actor } = turn;
  actor.file(task);
  // There is room, so that is not what it waits for, whatever its behavior says.
  const awaited = actor.held.awaits(no);
  if (awaited !== undefined) actor.file(task, awaitedBeside(awaited));
}
