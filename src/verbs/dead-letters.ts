import { check } from "../contracts/check.ts";
import { plainPage, type PageParams } from "../contracts/filters.ts";
import type { Door } from "../door/door.ts";
import { deadLetterView } from "../views/view-of.ts";
import type { DeadLetterView, ListView } from "../views/views.ts";
import { pageOf } from "./pages.ts";

/** Messages that failed twice and are kept for a person. Source: spec/api.md 4.3. */
export interface DeadLetters {
  /** A page of them, 50 unless `limit` says otherwise. Errors: `bad_filter`, `bad_cursor`. */
  list(params?: PageParams): Promise<ListView<DeadLetterView>>;
}

export function deadLetters({ store, directory }: Door): DeadLetters {
  return {
    async list(params = {}) {
      const { limit, cursor = null, count } = check(plainPage, params);
      const page = await store.queries.deadLetters({ limit, cursor, count });
      return await pageOf(page, (letters) =>
        letters.map((letter) => deadLetterView(letter, directory, () => undefined)),
      );
    },
  };
}
