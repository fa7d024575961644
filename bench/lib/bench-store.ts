import { join } from "node:path";
import { systemClock, systemIds } from "../../src/environment/real.ts";
import type { SqliteStore } from "../../store/dialects/sqlite/sqlite-store.ts";
import { openStore } from "../../store/open.ts";
import { urlOf } from "./w3-world.ts";

/** A store file opened through the port, with its connection: same library, same settings as Hopper's. */
export async function openFileStore(file: string): Promise<SqliteStore> {
  const ids = { uuid: () => systemIds.uuid(Date.now()) };
  return (await openStore({ url: urlOf(file), clock: systemClock, ids })) as SqliteStore;
}

/** The columns of a journal line, without the rules of the real table. */
const PLAIN_TABLE = `CREATE TABLE bench_row (position INTEGER PRIMARY KEY, at INTEGER NOT NULL, name INTEGER NOT NULL,
  instance INTEGER NOT NULL, task INTEGER, delegation INTEGER, actor INTEGER, cause INTEGER NOT NULL, data TEXT) STRICT`;

/** A new store with a plain table `bench_row` beside Hopper's own. */
export async function openPlainTable(folder: string): Promise<SqliteStore> {
  const store = await openFileStore(join(folder, "plain.db"));
  store.database.exec(PLAIN_TABLE);
  return store;
}

/** The nine values of line number `position`. */
export function plainRow(position: number): readonly (number | string)[] {
  const task = Math.ceil(position / 12);
  return [
    position,
    1_750_000_000_000 + position,
    position % 40,
    position % 41,
    task,
    task * 2,
    1,
    position - 1,
    '{"outcome":"succeeded"}',
  ];
}

export const PLAIN_COLUMNS = 9;
