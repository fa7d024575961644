import type { SchemaStep } from "./steps.ts";

/** Do two events stand in one row? None is longer than 64: each begins anew where the position is a multiple of it. */
const ALIKE = (a: string, b: string): string =>
  `${a}.at = ${b}.at AND ${a}.task IS ${b}.task AND ${a}.actor IS ${b}.actor`;

const EVENTS = `(
  WITH RECURSIVE row (position) AS (
    SELECT s.position
    UNION ALL SELECT n.position FROM row CROSS JOIN event n ON n.position = row.position + 1
      WHERE n.position % 64 <> 0 AND ${ALIKE("n", "s")})
  SELECT json_group_array(json(CASE
      WHEN e.cause <> s.cause THEN json_array(e.name, e.instance, coalesce(e.delegation, 0), json(coalesce(e.data, '0')),
        CASE WHEN e.cause > 0 THEN e.position - e.cause ELSE e.cause END)
      WHEN e.data IS NOT NULL THEN json_array(e.name, e.instance, coalesce(e.delegation, 0), json(e.data))
      WHEN e.delegation IS NOT NULL THEN json_array(e.name, e.instance, e.delegation)
      ELSE json_array(e.name, e.instance) END) ORDER BY e.position)
    FROM row CROSS JOIN event e ON e.position = row.position)`;

/** Events one by one, as they were stored before. */
const ONE_BY_ONE = `CREATE VIEW event AS SELECT j.position + e.key AS position, j.at AS at, e.value ->> 0 AS name,
  e.value ->> 1 AS instance, j.task AS task, nullif(e.value ->> 2, 0) AS delegation, j.actor AS actor,
  CASE WHEN e.value ->> 4 IS NULL THEN j.cause WHEN e.value ->> 4 > 0 THEN j.position + e.key - (e.value ->> 4)
    ELSE e.value ->> 4 END AS cause,
  nullif(e.value -> 3, '0') AS data FROM journal j, json_each(j.events) e`;

/** The fields of an event's data by their places: JSON of each, moments as people read them. */
const DATA = `CASE WHEN json_type(e.data) IS NOT 'array' THEN e.data ELSE (
    SELECT json_group_object(f.field, CASE
        WHEN j.type = 'array' THEN coalesce(j.value -> '$[0]', json('null'))
        WHEN f.is_moment THEN strftime('%Y-%m-%dT%H:%M:%fZ', (e.at + j.value) / 1000.0, 'unixepoch')
        ELSE e.data -> ('$[' || j.key || ']') END)
      FROM json_each(e.data) j JOIN event_field f ON f.name = e.name AND f.place = j.key WHERE j.type <> 'null') END AS data`;

const IN_WORDS = `CREATE VIEW event_view AS SELECT e.position, strftime('%Y-%m-%dT%H:%M:%fZ', e.at / 1000.0, 'unixepoch') AS at,
  (SELECT w.text FROM word w WHERE w.kind = 'event' AND w.code = e.name) AS event,
  (SELECT n.name FROM instance n WHERE n.no = e.instance) AS instance,
  CASE WHEN e.task IS NULL THEN NULL ELSE 'T-' || e.task END AS task,
  CASE WHEN e.delegation IS NULL THEN NULL ELSE 'D-' || e.delegation END AS delegation,
  (SELECT a.name FROM who a WHERE a.no = e.actor) AS actor,
  CASE WHEN e.cause < 0 THEN 'C-' || -e.cause WHEN e.cause > 0 THEN 'E-' || e.cause END AS cause, ${DATA} FROM event e`;

/**
 * Version 5: events that follow each other and have task, moment and caller in common stand in one row of table
 * `journal`; `event` and `event_view` show them one by one. What an event of few tasks is found by, and what a segment of
 * the journal holds, are tables of their own, so that a commit writes them once.
 */
export const packedJournal: SchemaStep = {
  version: 5,
  name: "005-packed-journal",
  touches: "tables",
  sql: () => [
    `CREATE TABLE journal (
  position INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  task INTEGER,
  actor INTEGER,
  cause INTEGER NOT NULL,
  events TEXT NOT NULL
) STRICT;
INSERT INTO journal (position, at, task, actor, cause, events)
SELECT s.position, s.at, s.task, s.actor, s.cause, ${EVENTS}
FROM event s WHERE s.position % 64 = 0
  OR NOT EXISTS (SELECT 1 FROM event b WHERE b.position = s.position - 1 AND ${ALIKE("b", "s")})
ORDER BY s.position;
DROP INDEX event_rare;
CREATE TABLE event_rare (
  name INTEGER NOT NULL, instance INTEGER NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (name, instance, position)
) STRICT, WITHOUT ROWID;
-- As in step 3: of what few tasks have.
INSERT INTO event_rare (name, instance, position) SELECT name, instance, position FROM event
  WHERE name NOT IN (11, 14, 15, 16, 17, 24, 28, 29, 31, 33);
CREATE TABLE event_segment (segment INTEGER PRIMARY KEY, names TEXT NOT NULL) STRICT;
-- Those that are full.
INSERT INTO event_segment (segment, names)
SELECT stretch, json_group_object(instance, json(codes)) FROM (
  SELECT stretch, instance, json_group_array(name) AS codes FROM event_stretch GROUP BY stretch, instance)
WHERE stretch < (SELECT (coalesce(max(position), 0) + 1) / 1024 FROM event) GROUP BY stretch;
DROP VIEW event_view;
DROP TABLE event_stretch;
DROP TABLE event;
CREATE INDEX journal_task ON journal (task) WHERE task IS NOT NULL;
CREATE TRIGGER journal_unchanged AFTER UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'E2: the journal is append-only'); END;
CREATE TRIGGER journal_kept AFTER DELETE ON journal BEGIN SELECT RAISE(ABORT, 'E2: the journal is append-only'); END;
${ONE_BY_ONE};
${IN_WORDS};
`,
  ],
};
