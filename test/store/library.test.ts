import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { entityOf } from "../../store/dialects/sqlite/entities.ts";
import { requireAsOrm, sqliteLibrary, type Database } from "../../store/dialects/sqlite/library.ts";
import { openOrm } from "../../store/dialects/sqlite/orm.ts";
import { openStore } from "../../store/open.ts";
import { TASK } from "../../store/tables/task.ts";
import { givenEnvironment } from "../support/store-given.ts";

const ROOT = new URL("../../", import.meta.url);

// Two SQLite libraries in one process lose commits (spec/runtime.md 3.3).
test("there is one SQLite library, the one that MikroORM uses", () => {
  const lock = JSON.parse(readFileSync(new URL("package-lock.json", ROOT), "utf8")) as { packages: object };
  const copies = Object.keys(lock.packages).filter((path) =>
    /(^|\/)(better-sqlite3|sqlite3|libsql)$/.test(path),
  );
  expect(copies).toEqual(["node_modules/better-sqlite3"]);
  const own = createRequire(new URL("package.json", ROOT));
  expect(requireAsOrm.resolve("better-sqlite3")).toBe(own.resolve("better-sqlite3"));
  expect(sqliteLibrary()).toBe(requireAsOrm("better-sqlite3"));
});

test("the ORM asks over the store's own connection and leaves it open", async () => {
  const store = await openStore({ url: "sqlite::memory:", ...givenEnvironment() });
  const { database } = store as unknown as { database: Database };
  database.exec("CREATE TEMP TABLE only_here (x); INSERT INTO only_here VALUES (7)");
  const orm = openOrm(database, [entityOf(TASK)]);
  expect(await orm.em.getConnection().execute("SELECT x FROM only_here")).toEqual([{ x: 7 }]);
  await orm.close();
  expect(database.open).toBe(true);
  expect(store.counters()).toMatchObject({ task: 0 });
});
