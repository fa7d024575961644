import { shownLetter } from "../../actors/engine/dead-letters.ts";
import { HopperError } from "../../machines/errors.ts";
import { check } from "../contracts/check.ts";
import { quote } from "../contracts/common.ts";
import { plainCommand, type CommandOptions } from "../contracts/command-options.ts";
import { plainPage, type PageParams } from "../contracts/filters.ts";
import type { Door } from "../door/door.ts";
import { textOf } from "../door/references.ts";
import { deadLetterView } from "../views/view-of.ts";
import type { DeadLetterView, ListView } from "../views/views.ts";
import { pageOf } from "./pages.ts";

/** Messages that failed twice and are kept for a person. Source: spec/api.md 4.3. */
export interface DeadLetters {
  /** A page of them, the newest first, 50 unless `limit` says otherwise. Errors: `bad_filter`, `bad_cursor`. */
  list(params?: PageParams): Promise<ListView<DeadLetterView>>;
  /**
   * Hands one to its receiver again, once what made it fail is mended; answers with it as it was. It is listed no more: if
   * it fails again, that is another one. Errors: `not_found`.
   */
  redrive(id: string, params?: CommandOptions): Promise<DeadLetterView>;
}

export function deadLetters(door: Door): DeadLetters {
  const { store, directory } = door;
  return {
    async list(params = {}) {
      const { limit, cursor = null, count } = check(plainPage, params);
      const page = await store.queries.deadLetters({ limit, cursor, count });
      return await pageOf(page, (letters) =>
        letters.map((letter) => deadLetterView(shownLetter(letter), directory)),
      );
    },
    async redrive(id, params = {}) {
      const asked = check(plainCommand, params);
      const text = textOf(id, "id", "the id of a dead letter");
      const no = /^[1-9]\d{0,14}$/.test(text) ? Number(text) : 0;
      const answer = await door.ask("redriven", { verb: "deadLetters.redrive", id, asked }, async () => {
        const letter = await store.queries.deadLetter(no);
        if (letter === null)
          throw new HopperError("not_found", `there is no dead letter ${quote(id)}`, { field: "id" });
        return { to: letter.envelope.to, command: { type: "message.redrive", letter: no } };
      });
      return deadLetterView(answer.letter, directory);
    },
  };
}
