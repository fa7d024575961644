import { openFileForReading } from "../../../../store/dialects/sqlite/connection.ts";

/** What so many finished tasks must have left, each a count in SQL and what it must be of `tasks`. */
const PROOFS: readonly (readonly [what: string, sql: string, of: (tasks: number) => number])[] = [
  ["tasks", "SELECT count(*) FROM task", (tasks) => tasks],
  [
    "tasks with two hops, the second from where the first went to",
    `SELECT count(*) FROM hop a JOIN hop b ON b.no = a.no + 1 AND b.task = a.task AND b.source = a.target`,
    (tasks) => tasks,
  ],
  ["hops", "SELECT count(*) FROM hop", (tasks) => 2 * tasks],
  ["results", "SELECT count(*) FROM result WHERE task IN (SELECT no FROM task)", (tasks) => tasks],
  [
    "tasks with twelve events in three rows",
    `SELECT count(*) FROM (SELECT 1 FROM journal GROUP BY task
       HAVING count(*) = 3 AND sum(json_array_length(events)) = 12)`,
    (tasks) => tasks,
  ],
  [
    "rows of the journal that no other one follows",
    `SELECT count(*) FROM journal j WHERE NOT EXISTS (
       SELECT 1 FROM journal n WHERE n.position = j.position + json_array_length(j.events))`,
    () => 1,
  ],
  ["the task from which on some are open", "SELECT task FROM tail", (tasks) => tasks + 1],
];

/**
 * Looks at what so many tasks left in a file of the least rows.
 *
 * @throws Error naming what is missing: the figures of such an engine mean nothing.
 */
export function proveLeastRows(file: string, tasks: number): void {
  const database = openFileForReading(file);
  for (const [what, sql, of] of PROOFS) {
    const found = database.prepare(sql).pluck().get();
    if (found !== of(tasks)) throw new Error(`${what}: ${String(found)}, not ${of(tasks)}`);
  }
  database.close();
}
