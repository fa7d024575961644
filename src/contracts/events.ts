import * as z from "zod";
import { EVENT_NAMES } from "../../machines/events/catalogue.ts";
import { query } from "./check.ts";
import { accepting, params, reference } from "./common.ts";
import { anyOf, queryFlag, queryWhole } from "./filters.ts";
import { DURATION_FORMS, readDuration } from "./duration.ts";

/** Where a reader of the journal begins; exclusive. */
export type Since =
  | { readonly kind: "start" }
  /** So many milliseconds ago. */
  | { readonly kind: "ago"; readonly ms: number }
  | { readonly kind: "cursor"; readonly cursor: string };

const since = z
  .union([z.string(), z.number()], accepting(`a cursor, 0 or ${DURATION_FORMS}`))
  .transform((given): Since => {
    const text = String(given).trim();
    if (text === "0") return { kind: "start" };
    const ms = /^\d+$/.test(text) ? null : readDuration(text);
    // Whether it is a cursor of this store is for src/door/cursor.ts to say: `bad_cursor`, `cursor_gone`.
    return ms === null ? { kind: "cursor", cursor: text } : { kind: "ago", ms };
  });

/** events. `since` left out = from the beginning (a stream of new ones says so by other means). */
export const listEvents = query(
  params({
    since: since.optional(),
    limit: queryWhole(1, 500).optional(),
    type: anyOf(EVENT_NAMES).optional(),
    instanceId: reference.optional(),
    taskId: reference.optional(),
    follow: queryFlag.default(false),
  }),
);
