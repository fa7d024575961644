import type { SchemaStep } from "./steps.ts";

/** Version 3: which names and instances each stretch of the journal holds, so that a filtered read skips the others. */
export const eventStretches: SchemaStep = {
  version: 3,
  name: "003-event-stretches",
  sql: () => [
    `CREATE TABLE event_stretch (
  stretch INTEGER NOT NULL, instance INTEGER NOT NULL, name INTEGER NOT NULL, PRIMARY KEY (stretch, instance, name)
) STRICT, WITHOUT ROWID;
INSERT INTO event_stretch (stretch, instance, name) SELECT DISTINCT position / 4096, instance, name FROM event;
INSERT INTO event_stretch (stretch, instance, name) SELECT DISTINCT position / 4096, -1, name FROM event;
`,
  ],
};
