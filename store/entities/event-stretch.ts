import { defineEntity, p } from "@mikro-orm/core";

/** An instance and a name of event that a stretch of the journal holds; instance -1 = any. */
export const EventStretchRow = defineEntity({
  name: "EventStretchRow",
  tableName: "event_stretch",
  properties: {
    stretch: p.integer().primary(),
    instance: p.integer().primary(),
    name: p.integer().primary(),
  },
});
