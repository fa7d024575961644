import { defineEntity, p } from "@mikro-orm/core";

/** Tasks an instance holds by status. */
export const TallyRow = defineEntity({
  name: "TallyRow",
  tableName: "tally",
  properties: {
    instance: p.integer().primary(),
    pending: p.integer(),
    blocked: p.integer(),
    queued: p.integer(),
    claimed: p.integer(),
    in_progress: p.integer().name("in_progress"),
    waiting: p.integer(),
    done: p.integer(),
    failed: p.integer(),
    cancelled: p.integer(),
  },
});
