/** A condition beside those that drive a list: SQL over the alias `t`, with values. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/** What each field of a filter asks of a row. */
export type Filters<F> = {
  readonly [K in keyof F]?: (value: Exclude<F[K], undefined>, filter: F) => readonly Condition[];
};

/**
 * What a filter asks of rows that were chosen already.
 *
 * @param served fields by which they were chosen.
 */
export function conditionsOf<F extends object>(
  filters: Filters<F>,
  filter: F,
  served: readonly (keyof F)[] = [],
): Condition[] {
  return (Object.keys(filters) as (keyof F)[]).flatMap((key) => {
    const value = filter[key];
    if (value === undefined || served.includes(key)) return [];
    return filters[key]?.(value as Exclude<F[typeof key], undefined>, filter) ?? [];
  });
}

/**
 * `+column` keeps SQLite from choosing an index for it: the rows are chosen already, and without statistics the
 * planner would take a status for as rare as an id.
 */
export function among<W extends string>(column: string, codes: Readonly<Record<W, number>>) {
  return (words: readonly W[]): Condition[] => [
    { sql: `+t.${column} in (${words.map((word) => codes[word]).join(", ")})`, values: [] },
  ];
}

export function equals(column: string) {
  return (value: string | number | null): Condition[] => [
    value === null
      ? { sql: `+t.${column} is null`, values: [] }
      : { sql: `+t.${column} = ?`, values: [value] },
  ];
}

/** A pattern for LIKE that finds the text anywhere, whatever it consists of. */
function containing(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, (special) => `\\${special}`)}%`;
}

/** Lower case of any alphabet; SQLite's own knows A–Z only. */
export const FOLD = "hopper_fold";

export function fold(text: unknown): string | null {
  return typeof text === "string" ? text.toLowerCase() : null;
}

/** The text occurs in one of the expressions, whatever its case. LIKE does for A–Z what costs twice for all letters. */
export function contains(...expressions: readonly string[]) {
  return (text: string): Condition[] => {
    if (text === "") return [];
    const plain = !/[^ -~]/.test(text);
    const test = (expression: string): string =>
      plain ? `${expression} like ? escape '\\'` : `instr(${FOLD}(${expression}), ?) > 0`;
    const value = plain ? containing(text) : text.toLowerCase();
    return [{ sql: `(${expressions.map(test).join(" or ")})`, values: expressions.map(() => value) }];
  };
}

/** The numbers a window of candidates holds. Numbers without gaps are read as one range. */
export function within(nos: readonly number[]): Condition {
  const [lowest, highest] = [Math.min(...nos), Math.max(...nos)];
  if (highest - lowest + 1 === nos.length) return { sql: "t.no between ? and ?", values: [lowest, highest] };
  return { sql: "t.no in (select value from json_each(?))", values: [JSON.stringify(nos)] };
}
