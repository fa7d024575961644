import { writeFileSync } from "node:fs";
import { openFile } from "../../../../store/dialects/sqlite/connection.ts";

/**
 * One row for a task, one for each of its hops, three in the journal, one for its result; no index, no trigger, no check. A row
 * is never changed: who has claimed a task stands in the journal, that its hops are completed in its result. A task is
 * found by its id all the same: ids begin with their moment, and numbers are given in order of it. `tail` has one row:
 * from which task on some are open, and from which position on something has happened to them, for who comes after a crash.
 */
const TABLES = `
CREATE TABLE task (no INTEGER PRIMARY KEY, id BLOB, title TEXT, tag TEXT, at INTEGER) STRICT;
CREATE TABLE hop (no INTEGER PRIMARY KEY, id BLOB, task INTEGER, source INTEGER, target INTEGER, at INTEGER) STRICT;
CREATE TABLE journal (position INTEGER PRIMARY KEY, at INTEGER, task INTEGER, actor INTEGER, cause INTEGER, events TEXT) STRICT;
CREATE TABLE event_segment (segment INTEGER PRIMARY KEY, names TEXT) STRICT;
CREATE TABLE result (task INTEGER PRIMARY KEY, value TEXT, at INTEGER) STRICT;
CREATE TABLE who (no INTEGER PRIMARY KEY, name TEXT UNIQUE) STRICT;
CREATE TABLE tail (task INTEGER, position INTEGER, command INTEGER) STRICT;
INSERT INTO tail VALUES (1, 1, 0);`;

/** A new file, closed. */
export function createLeastFile(file: string): void {
  writeFileSync(file, "", { mode: 0o600 });
  const database = openFile(file);
  database.exec(TABLES);
  database.close();
}
