import type { Turn } from "../engine/turn.ts";
import { reject } from "./offers.ts";
import { returnForTermination } from "./return-task.ts";

/** Everything a terminating instance holds goes back; offers to it are rejected, its own offers withdrawn. Source: spec/domain.md 2.2. */
export function returnAll(turn: Turn): void {
  const { actor } = turn;
  for (const task of Array.from(actor.tasks.values())) {
    const hop = actor.hops.get(task.no);
    if (hop?.status !== "pending") returnForTermination(turn, task);
    else if (turn.isTerminated) reject(turn, hop, task, "terminated", null);
  }
  for (const [task, { target, delegation }] of actor.offers) {
    turn.send(target, {
      type: "delegation.cancellation",
      task,
      delegation,
      code: "instance_terminated",
    });
  }
}
