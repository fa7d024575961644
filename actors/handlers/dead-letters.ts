import { refuse } from "../../machines/errors.ts";
import { shownLetter } from "../engine/dead-letters.ts";
import type { Entries, MessageOf } from "../engine/entry.ts";
import type { Turn } from "../engine/turn.ts";

/** Dead letters, handed to their receivers once more. Source: spec/runtime.md 3.4 (Poison). */
export const deadLetters: Entries<"message.redrive"> = {
  "message.redrive": {
    needs: "nothing",
    admission: "progress",
    desk: true,
    letter: ({ letter }) => letter,
    handle: onRedrive,
  },
};

/** It is a letter no more: failing again makes another one. What it counted when it died, it does not count again. */
function onRedrive(turn: Turn, { letter: no }: MessageOf<"message.redrive">): void {
  const letter = turn.preloaded.letter ?? null;
  if (letter === null) {
    return turn.refuse(refuse("not_found", `There is no dead letter ${no} any more.`, { field: "id" }));
  }
  const shown = shownLetter(letter);
  turn.note("message.redriven", { type: letter.envelope.message.type }, { task: shown.task });
  turn.redrive(letter);
  turn.answer({ kind: "redriven", letter: shown });
}
