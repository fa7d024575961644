import * as z from "zod";
import { EVENT_NAMES, type EventName } from "../../machines/events/catalogue.ts";
import type { Abortable } from "./abortable.ts";
import { query } from "./check.ts";
import { accepting, params, type Input } from "./common.ts";
import { DURATION_FORMS, readDuration } from "./duration.ts";
import { queryFlag, queryWhole } from "./filters.ts";
import { reference } from "./texts.ts";
import { anyOf } from "./words.ts";

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

type KindOf<Name> = Name extends `${infer Noun}.${string}` ? `${Noun}.*` : never;

/** `task.*` stands for every event of a task. */
const KINDS = Object.fromEntries(
  EVENT_NAMES.map((name) => {
    const [noun] = name.split(".");
    return [`${noun}.*`, EVENT_NAMES.filter((one) => one.startsWith(`${noun}.`))];
  }),
) as unknown as Record<KindOf<EventName>, EventName[]>;

const listEventsFields = {
  /** Only what came after: a cursor, 0 or a length of time before now such as `5m`. Default 0, the beginning. */
  since: since.optional(),
  /** Begin so many before the newest, 1 to 500. Default: as `since` says. */
  last: queryWhole(1, 500).optional(),
  /** End after so many events, 1 to 500. Default: no such end. */
  limit: queryWhole(1, 500).optional(),
  /** Only events of these names; `task.*` = every one of a kind. Default: of every name. */
  type: anyOf(EVENT_NAMES, KINDS).optional(),
  /** Only events of this instance: its id or live name. Default: of every instance. */
  instanceId: reference.optional(),
  /** Only events of this task: its id or ref. Default: of every task. */
  taskId: reference.optional(),
  /** Go on with new events as they are committed, without an end. Default false: end after the newest. */
  follow: queryFlag.default(false),
};

/** What `events` takes. */
export interface ListEventsParams extends Abortable, Input<typeof listEventsFields> {}

/** events. `since` left out = from the beginning (a stream of new ones says so by other means). */
export const listEvents = query(params(listEventsFields));
