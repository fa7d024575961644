import { defineEntity, p } from "@mikro-orm/core";

/** Who waits for a task to be final. */
export const WatchRow = defineEntity({
  name: "WatchRow",
  tableName: "watch",
  properties: {
    task: p.integer().primary(),
    dependent: p.integer().primary(),
  },
});
