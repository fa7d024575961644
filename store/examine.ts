import { openFileForReading } from "./dialects/sqlite/connection.ts";
import { linesOf } from "./dialects/sqlite/queries.ts";
import { runChecks } from "./doctor.ts";
import type { DoctorFinding } from "./queries.ts";

/**
 * Asks every check of a file that is too damaged to be opened as a store: what can be read of it is read.
 *
 * @throws what SQLite says, where nothing can.
 */
export function examineFile(path: string): DoctorFinding[] {
  const database = openFileForReading(path);
  try {
    return runChecks((sql) => linesOf(database, sql));
  } finally {
    database.close();
  }
}
