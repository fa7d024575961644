import type { Database } from "./library.ts";
import { prepared } from "./prepared.ts";

/** So many names are kept in memory; workers may have a new name each time they start. */
const REMEMBERED = 4_096;

/** Reads and writes of table `who`: names of those who ask, so that an event holds an integer. */
export function whoTable(db: Database) {
  const find = prepared(db, "SELECT no FROM who WHERE name = ?").pluck();
  const insert = prepared(db, "INSERT INTO who (name) VALUES (?)");
  const name = prepared(db, "SELECT name FROM who WHERE no = ?").pluck();
  const numbers = new Map<string, number>();
  const names = new Map<number, string>();
  const remember = <K, V>(known: Map<K, V>, key: K, value: V): V => {
    if (known.size >= REMEMBERED) known.clear();
    known.set(key, value);
    return value;
  };
  return {
    /** Only inside a transaction: a new name is a new row. */
    numberOf(text: string): number {
      const known = numbers.get(text);
      if (known !== undefined) return known;
      const no = (find.get(text) as number | undefined) ?? Number(insert.run(text).lastInsertRowid);
      return remember(numbers, text, no);
    },
    nameOf(no: number): string | null {
      const known = names.get(no);
      if (known !== undefined) return known;
      const text = name.get(no) as string | undefined;
      return text === undefined ? null : remember(names, no, text);
    },
    /** After a rollback: rows that were added are gone. */
    forget(): void {
      numbers.clear();
      names.clear();
    },
  };
}

export type WhoTable = ReturnType<typeof whoTable>;
