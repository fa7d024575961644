import { MikroORM } from "@mikro-orm/sqlite";
import type { Options } from "@mikro-orm/sqlite";
import { ENTITIES } from "../../entities/index.ts";
import { requireAsOrm } from "./library.ts";
import type { Database } from "./library.ts";

interface Kysely {
  SqliteDialect: new (config: { database: unknown }) => object;
}

/**
 * MikroORM around a connection that is open already: one library, one handle. The ORM never closes it; the store does.
 */
export async function openOrm(database: Database, more: Partial<Options> = {}): Promise<MikroORM> {
  const { SqliteDialect } = requireAsOrm("kysely") as Kysely;
  const shared = { prepare: (sql: string) => database.prepare(sql), close: () => undefined };
  return await MikroORM.init({
    dbName: database.name,
    entities: [...ENTITIES],
    driverOptions: new SqliteDialect({ database: shared }),
    // Entities are stated in full; nothing is looked up or written to a cache folder.
    discovery: { warnWhenNoEntities: false },
    metadataCache: { enabled: false },
    logger: () => undefined,
    ...more,
  });
}
