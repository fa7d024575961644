import { defineEntity, p } from "@mikro-orm/core";

/** Names of those who ask. */
export const WhoRow = defineEntity({
  name: "WhoRow",
  tableName: "who",
  properties: {
    no: p.integer().primary(),
    name: p.text().unique(),
  },
});
