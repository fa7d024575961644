import type { Entries, MessageOf } from "../engine/entry.ts";
import type { Turn } from "../engine/turn.ts";

/** Many tasks are cancelled: noted in one commit, then done in pieces, also by the next process. Source: spec/cli.md 5.3. */
export const cancelMany: Entries<"tasks.cancel"> = {
  "tasks.cancel": {
    needs: "nothing",
    admission: "progress",
    desk: true,
    addresses: ({ tasks, noted }) => (noted ? tasks.slice(0, PIECE) : []),
    later: () => true,
    handle: onCancelMany,
  },
};

/** Tasks whose keepers are told in one turn. */
const PIECE = 100;

/** Those that have ended meanwhile stay as they are. */
function onCancelMany(turn: Turn, command: MessageOf<"tasks.cancel">): void {
  const { tasks, reason, noted } = command;
  const now = noted ? tasks.slice(0, PIECE) : [];
  for (const task of now) turn.send(turn.preloaded.keeperOf(task), { type: "task.cancel", task, reason });
  const rest = tasks.slice(now.length);
  if (rest.length > 0)
    turn.send(turn.actor.no, { ...command, tasks: rest, noted: true }, turn.envelope.reply);
  else turn.answer({ kind: "cancelled" });
}
