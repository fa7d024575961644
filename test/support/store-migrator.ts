import { openFile } from "../../store/dialects/sqlite/connection.ts";
import { migrate } from "../../store/migrations/migrate.ts";
import { STEPS } from "../../store/migrations/index.ts";

/** A process that migrates a store by one long step, to be killed in the middle: `node store-migrator.ts PATH ROWS`. */
const [path = "", rows = "0"] = process.argv.slice(2);
const long = {
  version: STEPS.length + 1,
  name: "999-long",
  touches: "tables" as const,
  sql: () => [
    "CREATE TABLE filler (no INTEGER PRIMARY KEY, text TEXT);\n",
    `INSERT INTO filler SELECT value, 'row ' || value FROM generate (1);\n`.replace(
      "FROM generate (1)",
      `FROM (WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < ${rows}) SELECT value FROM n)`,
    ),
  ],
};
const database = openFile(path);
process.stdout.write("begin\n");
await migrate(database, path, STEPS.length, [...STEPS, long]);
database.close();
process.stdout.write("done\n");
