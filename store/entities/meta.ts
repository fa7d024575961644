import { defineEntity, p } from "@mikro-orm/core";

/** What the store knows of itself. */
export const MetaRow = defineEntity({
  name: "MetaRow",
  tableName: "meta",
  properties: {
    key: p.text().primary(),
    value: p.text(),
  },
});
