import type { Case, Row } from "../lib/case.ts";
import { openPlainTable, PLAIN_COLUMNS, plainRow } from "../lib/bench-store.ts";
import { timed } from "../lib/stats.ts";

const ROWS_A_COMMIT = 10_000;
const ROWS_A_STATEMENT = 32;

const oneByOne: Case = {
  name: "fsynced commits of one row, one by one",
  async run({ folder, quick }) {
    const store = await openPlainTable(folder);
    const insert = store.database.prepare(`INSERT INTO bench_row VALUES (${marks()})`);
    const commits = quick ? 2_000 : 10_000;
    let position = 0;
    const write = (count: number): number =>
      timed(() => {
        for (let i = 0; i < count; i++) insert.run(...plainRow((position += 1)));
      });
    write(commits / 10);
    const ms = write(commits);
    await store.close();
    return { figures: { commitsPerSecond: (commits / ms) * 1_000 } };
  },
};

const inBulk: Case = {
  name: `rows, ${ROWS_A_COMMIT.toLocaleString("en-US")} a transaction`,
  async run({ folder, quick }) {
    const store = await openPlainTable(folder);
    const { database } = store;
    const rows = Array.from({ length: ROWS_A_STATEMENT }, () => `(${marks()})`).join(", ");
    const [begin, end] = [database.prepare("BEGIN IMMEDIATE"), database.prepare("COMMIT")];
    const insert = database.prepare(`INSERT INTO bench_row VALUES ${rows}`);
    const commits = quick ? 10 : 60;
    const statements = Math.floor(ROWS_A_COMMIT / ROWS_A_STATEMENT);
    let position = 0;
    const write = (count: number): number =>
      timed(() => {
        for (let commit = 0; commit < count; commit++) {
          begin.run();
          for (let statement = 0; statement < statements; statement++) {
            const values: unknown[] = [];
            for (let row = 0; row < ROWS_A_STATEMENT; row++) values.push(...plainRow((position += 1)));
            insert.run(...values);
          }
          end.run();
        }
      });
    write(commits / 5);
    const ms = write(commits);
    await store.close();
    return { figures: { rowsPerSecond: ((commits * statements * ROWS_A_STATEMENT) / ms) * 1_000 } };
  },
};

function marks(): string {
  return Array.from({ length: PLAIN_COLUMNS }, () => "?").join(", ");
}

/** What the SQLite library itself does here, with Hopper's settings and no rules, indexes or records. */
export const sqlite: Row = {
  name: "sqlite",
  title: "raw SQLite (WAL, FULL)",
  group: "parts",
  cases: [oneByOne, inBulk],
  shown: ["commitsPerSecond", "rowsPerSecond"],
};
