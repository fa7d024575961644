import type { SchemaStep } from "./steps.ts";

/**
 * Version 3: questions about what is rare among much. Which names and instances each stretch of the journal holds, so
 * that a filtered read skips the others; and an instance's tasks that ended otherwise than done.
 */
export const whatIsRare: SchemaStep = {
  version: 3,
  name: "003-what-is-rare",
  sql: () => [
    `CREATE TABLE event_stretch (
  stretch INTEGER NOT NULL, instance INTEGER NOT NULL, name INTEGER NOT NULL, PRIMARY KEY (stretch, instance, name)
) STRICT, WITHOUT ROWID;
INSERT INTO event_stretch (stretch, instance, name) SELECT DISTINCT position / 1024, instance, name FROM event;
INSERT INTO event_stretch (stretch, instance, name) SELECT DISTINCT position / 1024, -1, name FROM event;
-- Lists of an instance's failed or cancelled tasks among its many done ones.
CREATE INDEX task_unwell ON task (holder, final) WHERE final > 7;
`,
  ],
};
