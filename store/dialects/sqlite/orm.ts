import { MikroORM } from "@mikro-orm/sqlite";
import type { Options } from "@mikro-orm/sqlite";
import { SqliteDialect } from "kysely";
import type { Database } from "./library.ts";

/**
 * MikroORM around a connection that is open already: one library, one handle. The ORM never closes it; the store does.
 *
 * Made by its constructor: `MikroORM.init` would look for every extension that could be installed, and load it.
 *
 * @param entities those that are asked for: making each ready takes a millisecond.
 */
export function openOrm(
  database: Database,
  entities: NonNullable<Options["entities"]>,
  more: Partial<Options> = {},
): MikroORM {
  const shared = { prepare: (sql: string) => database.prepare(sql), close: () => undefined };
  return new MikroORM({
    dbName: database.name,
    entities,
    driverOptions: new SqliteDialect({ database: shared }),
    // Entities are stated in full; nothing is looked up or written to a cache folder.
    discovery: { warnWhenNoEntities: false },
    metadataCache: { enabled: false },
    logger: () => undefined,
    ...more,
  });
}
