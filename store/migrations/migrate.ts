import { closeSync, openSync, renameSync, rmSync } from "node:fs";
import type { Database } from "../dialects/sqlite/library.ts";
import { STEPS } from "./index.ts";
import { statementsOf, type SchemaStep } from "./steps.ts";

/** Where the store as it was before a migration is kept. */
export function backupPath(path: string, from: number): string {
  return `${path}.backup-${from}`;
}

/** A whole copy of the store, there under its name only when it is complete. */
function backUp(database: Database, path: string, from: number): void {
  const unfinished = `${backupPath(path, from)}.unfinished`;
  rmSync(unfinished, { force: true });
  try {
    closeSync(openSync(unfinished, "wx", 0o600));
    database.prepare("VACUUM INTO ?").run(unfinished);
    renameSync(unfinished, backupPath(path, from));
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}

/**
 * Brings a store of an older schema to a newer one: every missing step in one transaction, run by MikroORM's Migrator on
 * the store's own connection, after a backup if one of them touches tables. Killed at any moment, the file is of the old
 * schema or the new.
 *
 * @param path null = in memory, no backup.
 */
export async function migrate(
  database: Database,
  path: string | null,
  from: number,
  steps: readonly SchemaStep[] = STEPS,
): Promise<void> {
  const touchesTables = steps.some(({ version, touches }) => version > from && touches === "tables");
  if (path !== null && touchesTables) backUp(database, path, from);
  // The ORM and its Migrator take a third of a second to load, so they are loaded only when there is something to do.
  const [{ Migration, Migrator }, { openOrm }] = await Promise.all([
    import("@mikro-orm/migrations"),
    import("../dialects/sqlite/orm.ts"),
  ]);
  const migrationsList = steps.map((step) => ({
    name: step.name,
    class: class extends Migration {
      override up(): void {
        for (const statement of statementsOf(step)) this.addSql(statement);
        this.addSql(`PRAGMA user_version = ${step.version}`);
      }
    },
  }));
  const orm = openOrm(database, [], {
    extensions: [Migrator],
    migrations: {
      migrationsList,
      disableForeignKeys: false,
      snapshot: false,
      transactional: true,
      allOrNothing: true,
    },
  });
  try {
    await orm.migrator.up();
  } finally {
    await orm.close();
  }
}
