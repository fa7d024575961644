import { defineEntity, p } from "@mikro-orm/core";

/** The highest number given, per kind; one row. */
export const CounterRow = defineEntity({
  name: "CounterRow",
  tableName: "counter",
  properties: {
    id: p.integer().primary(),
    instance: p.integer(),
    task: p.integer(),
    delegation: p.integer(),
    message: p.integer(),
    position: p.integer(),
    command: p.integer(),
  },
});
