import type { SchemaStep } from "./steps.ts";

/**
 * Version 3: questions about what is rare among much. Which names and instances each segment of the journal holds, so
 * that a filtered read skips the others; an instance's rare events; and its tasks that ended otherwise than done.
 */
export const whatIsRare: SchemaStep = {
  version: 3,
  name: "003-what-is-rare",
  touches: "tables",
  sql: () => [
    `CREATE TABLE event_stretch (
  stretch INTEGER NOT NULL, instance INTEGER NOT NULL, name INTEGER NOT NULL, PRIMARY KEY (stretch, instance, name)
) STRICT, WITHOUT ROWID;
INSERT INTO event_stretch (stretch, instance, name) SELECT DISTINCT position / 1024, instance, name FROM event;
INSERT INTO event_stretch (stretch, instance, name) SELECT DISTINCT position / 1024, -1, name FROM event;
-- Events of an instance by a name that few tasks have: not created, queued, claimed, in progress, progress, completed,
-- a delegation pending, accepted, completed, or a decision.
CREATE INDEX event_rare ON event (name, instance) WHERE name NOT IN (11, 14, 15, 16, 17, 24, 28, 29, 31, 33);
-- Lists of an instance's failed or cancelled tasks among its many done ones.
CREATE INDEX task_unwell ON task (holder, final) WHERE final > 7;
`,
  ],
};
