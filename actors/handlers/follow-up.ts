import { checkCascade, checkDrained, checkEphemeral } from "./lifecycle.ts";
import { admitHeld, armBackoff } from "./roster.ts";
import type { Turn } from "../engine/turn.ts";

/**
 * What any turn may have made possible, looked at once at its end: held tasks that now have room, a drain or a
 * cascade that is over, an ephemeral instance with nothing left to do, a backoff to wake up for.
 */
export function followUp(turn: Turn): void {
  if (turn.actor.instance === null) return;
  admitHeld(turn);
  checkDrained(turn);
  checkCascade(turn);
  checkEphemeral(turn);
  armBackoff(turn);
}
