import { MikroORM } from "@mikro-orm/sqlite";
import type { Options } from "@mikro-orm/sqlite";
import { requireAsOrm } from "./library.ts";
import type { Database } from "./library.ts";

interface Kysely {
  SqliteDialect: new (config: { database: unknown }) => object;
}

/**
 * MikroORM around a connection that is open already: one library, one handle. The ORM never closes it; the store does.
 *
 * @param entities those that are asked for: making each ready takes a millisecond.
 */
export async function openOrm(
  database: Database,
  entities: NonNullable<Options["entities"]>,
  more: Partial<Options> = {},
): Promise<MikroORM> {
  const { SqliteDialect } = requireAsOrm("kysely") as Kysely;
  const shared = { prepare: (sql: string) => database.prepare(sql), close: () => undefined };
  return await MikroORM.init({
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
