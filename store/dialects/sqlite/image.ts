import { APPLICATION_ID, STEPS } from "../../migrations/index.ts";
import type { SchemaStep } from "../../migrations/steps.ts";
import { markJournal } from "./header.ts";
import { META } from "../../tables/store.ts";
import { sqliteLibrary } from "./library.ts";
import { inserter } from "./rows.ts";

/** Where MikroORM's Migrator notes which steps were run; made as it makes it. */
const MIGRATIONS_TABLE = `CREATE TABLE mikro_orm_migrations (
  id integer not null primary key autoincrement, name text null, executed_at datetime not null default current_timestamp
)`;

/** What a store knows of itself, as rows of table `meta`. */
interface StoreFacts {
  readonly id: string;
  readonly createdAt: number;
  /** Who created it, e.g. `hopper 0.1.0`. */
  readonly program: string;
}

let template: Buffer | undefined;

/** The bytes of an empty store whose schema went through these steps. */
export function imageAfter(steps: readonly SchemaStep[]): Buffer {
  const database = new (sqliteLibrary())(":memory:");
  for (const step of steps) for (const text of step.sql()) database.exec(text);
  database.exec(MIGRATIONS_TABLE);
  const note = database.prepare("INSERT INTO mikro_orm_migrations (name, executed_at) VALUES (?, '')");
  for (const step of steps) note.run(step.name);
  database.exec(
    "INSERT INTO counter (id, instance, task, delegation, message, position, command) VALUES (1, 0, 0, 0, 0, 0, 0)",
  );
  database.pragma(`application_id = ${APPLICATION_ID}`);
  database.pragma(`user_version = ${steps.length}`);
  const image = database.serialize();
  database.close();
  return image;
}

/**
 * The bytes of an empty store. The schema is built once per process in memory (4 ms) and copied from then on:
 * a new file appears whole, by one rename, and a new store in memory costs a millisecond.
 */
export function emptyImage(): Buffer {
  template ??= imageAfter(STEPS);
  return Buffer.from(template);
}

/** A new store as the bytes of its file. */
export function newImage(facts: StoreFacts, journal: "wal" | "rollback", image = emptyImage()): Buffer {
  markJournal(image, "rollback");
  const database = new (sqliteLibrary())(image);
  inserter(
    database,
    META,
  )([
    { key: "store_id", value: facts.id },
    { key: "generation", value: "1" },
    { key: "created_at", value: String(facts.createdAt) },
    { key: "created_by", value: facts.program },
  ]);
  const bytes = database.serialize();
  database.close();
  markJournal(bytes, journal);
  return bytes;
}
