import type { Counters } from "../commit.ts";
import { integer, moment, text } from "./column.ts";
import { derived, table } from "./table.ts";

/** What the store knows of itself. */
export const META = table<{ readonly key: string; readonly value: string }>({
  name: "meta",
  key: ["key"],
  constant: { key: text, value: text },
});

/** The words behind the codes, for the views and for people with a shell. */
export const WORD = table<{ readonly kind: string; readonly code: number; readonly text: string }>({
  name: "word",
  key: ["kind", "code"],
  constant: { kind: text, code: integer, text },
});

const NUMBERS = {
  instance: integer,
  task: integer,
  delegation: integer,
  message: integer,
  position: integer,
  command: integer,
};

/** What is counted. */
export const COUNTERS = Object.keys(NUMBERS) as (keyof Counters)[];

/** The highest number given, per kind, in one row; and when the last batch was. */
export const COUNTER = table<Counters & { at: number }>({
  name: "counter",
  key: ["id"],
  changeable: { ...NUMBERS, at: moment },
  derived: { constant: { id: derived(integer, () => 1) } },
});
