import type { SchemaStep } from "./steps.ts";

/** The fields of an event's data by their places: JSON of each, moments as people read them. */
const DATA = `CASE WHEN json_type(e.data) IS NOT 'array' THEN e.data ELSE (
    SELECT json_group_object(f.field, CASE
        WHEN j.type = 'array' THEN coalesce(j.value -> '$[0]', json('null'))
        WHEN f.is_moment THEN strftime('%Y-%m-%dT%H:%M:%fZ', (e.at + j.value) / 1000.0, 'unixepoch')
        ELSE e.data -> ('$[' || j.key || ']') END)
      FROM json_each(e.data) j JOIN event_field f ON f.name = e.name AND f.place = j.key WHERE j.type <> 'null') END AS data`;

/**
 * Version 4: the data of an event is an array, and the file says which field stands at which place. Rows of before hold
 * objects and stay as they are. And the store says when it was written last.
 */
export const eventFields: SchemaStep = {
  version: 4,
  name: "004-event-fields",
  touches: "tables",
  sql: () => [
    `CREATE TABLE event_field (
  name INTEGER NOT NULL, place INTEGER NOT NULL, field TEXT NOT NULL, is_moment INTEGER NOT NULL,
  PRIMARY KEY (name, place)
) STRICT, WITHOUT ROWID;
-- When the last batch was: a heartbeat leaves no event.
ALTER TABLE counter ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
DROP VIEW event_view;
CREATE VIEW event_view AS SELECT e.position, strftime('%Y-%m-%dT%H:%M:%fZ', e.at / 1000.0, 'unixepoch') AS at,
  (SELECT w.text FROM word w WHERE w.kind = 'event' AND w.code = e.name) AS event,
  (SELECT n.name FROM instance n WHERE n.no = e.instance) AS instance,
  CASE WHEN e.task IS NULL THEN NULL ELSE 'T-' || e.task END AS task,
  CASE WHEN e.delegation IS NULL THEN NULL ELSE 'D-' || e.delegation END AS delegation,
  (SELECT a.name FROM who a WHERE a.no = e.actor) AS actor,
  CASE WHEN e.cause < 0 THEN 'C-' || -e.cause WHEN e.cause > 0 THEN 'E-' || e.cause END AS cause, ${DATA} FROM event e;
`,
  ],
};
