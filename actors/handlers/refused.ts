import type { Entries } from "../engine/entry.ts";

/** What a door has refused, answered by a turn of the desk: that is what keeps it with the request's key. Source: spec/runtime.md 3.4. */
export const refused: Entries<"command.refused"> = {
  "command.refused": {
    needs: "nothing",
    admission: "progress",
    desk: true,
    handle(turn, { refusal }) {
      turn.refuse(refusal);
    },
  },
};
