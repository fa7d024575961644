import { defineEntity, p } from "@mikro-orm/core";

/** A message no turn could handle. */
export const DeadLetterRow = defineEntity({
  name: "DeadLetterRow",
  tableName: "dead_letter",
  properties: {
    no: p.integer().primary(),
    to: p.integer(),
    envelope: p.text(),
    error: p.text(),
    at: p.integer(),
    times: p.integer(),
  },
});
