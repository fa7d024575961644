import type { Entries, MessageOf } from "../engine/entry.ts";
import type { Turn } from "../engine/turn.ts";
import { reject } from "./offers.ts";
import { returnForTermination } from "./return-task.ts";
import { releaseWaiting } from "./waiting.ts";

/** An instance that ends gives back what it holds, in pieces. Source: spec/domain.md 2.2. */
export const termination: Entries<"instance.return"> = {
  "instance.return": { needs: "nothing", admission: "progress", later: () => true, handle: onReturn },
};

/** Tasks given back in one turn; the others in a later batch. */
const PIECE = 100;

/** Its own offers are withdrawn, what it holds goes back, offers to it are rejected; with the last of it a terminated one is done. */
export function leave(turn: Turn): void {
  for (const [task, { target, delegation }] of turn.actor.offers) {
    turn.send(target, {
      type: "delegation.cancellation",
      task,
      delegation,
      code: "instance_terminated",
    });
  }
  giveBack(turn);
}

/** What it began while it was ending is for its end to go on with. */
function onReturn(turn: Turn, { ended }: MessageOf<"instance.return">): void {
  if (ended === turn.isTerminated) giveBack(turn);
}

function giveBack(turn: Turn): void {
  const { actor } = turn;
  let left = PIECE;
  for (const task of actor.tasks.values()) {
    const hop = actor.hops.get(task.no);
    // Until it is terminated, who was asked may still decide.
    if (hop?.status === "pending" && !turn.isTerminated) continue;
    if (left === 0) {
      actor.isLeaving = turn.isTerminated;
      return turn.send(actor.no, { type: "instance.return", ended: turn.isTerminated });
    }
    left -= 1;
    if (hop?.status === "pending") reject(turn, hop, task, "terminated", null);
    else returnForTermination(turn, task);
  }
  if (turn.isTerminated) conclude(turn);
}

/** It holds nothing any more: how it went is told. */
function conclude(turn: Turn): void {
  const { actor, instance } = turn;
  const { done, failed, cancelled } = actor.tally;
  turn.note("instance.summary", { done, failed, cancelled, lifetimeMs: turn.now - instance.createdAt });
  actor.isLeaving = false;
  actor.newsDue = true;
  releaseWaiting(turn);
}
