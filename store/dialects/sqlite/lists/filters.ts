/** A condition beside those that drive a list: SQL over the alias `t`, with values. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/**
 * `+column` keeps SQLite from choosing an index for it: the rows are chosen already, and without statistics the
 * planner would take a status for as rare as an id.
 */
export function among(column: string, codes: readonly number[]): Condition {
  return { sql: `+t.${column} in (${codes.join(", ")})`, values: [] };
}

export function equals(column: string, value: string | number): Condition {
  return { sql: `+t.${column} = ?`, values: [value] };
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
export function contains(expressions: readonly string[], text: string): Condition {
  const plain = !/[^ -~]/.test(text);
  const test = (expression: string): string =>
    plain ? `${expression} like ? escape '\\'` : `instr(${FOLD}(${expression}), ?) > 0`;
  return {
    sql: `(${expressions.map(test).join(" or ")})`,
    values: expressions.map(() => (plain ? containing(text) : text.toLowerCase())),
  };
}

/** Orders by number without reading the whole table in that order: the rows come from a smaller index and are sorted. */
export const SORTED_NUMBER = "+t.no";

/** The numbers a window of candidates holds. A stretch of the table without gaps is read as one. */
export function within(nos: readonly number[]): Condition {
  const [lowest, highest] = [Math.min(...nos), Math.max(...nos)];
  if (highest - lowest + 1 === nos.length) return { sql: "t.no between ? and ?", values: [lowest, highest] };
  return { sql: "t.no in (select value from json_each(?))", values: [JSON.stringify(nos)] };
}
