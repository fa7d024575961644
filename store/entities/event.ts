import { defineEntity, p } from "@mikro-orm/core";

/** A line of the journal. */
export const EventRow = defineEntity({
  name: "EventRow",
  tableName: "event",
  properties: {
    position: p.integer().primary(),
    at: p.integer(),
    name: p.integer(),
    instance: p.integer(),
    task: p.integer().nullable(),
    delegation: p.integer().nullable(),
    actor: p.integer().nullable(),
    cause: p.integer(),
    data: p.text().nullable(),
  },
});
