import { defineEntity, p } from "@mikro-orm/core";

/** The words behind the codes, for the views. */
export const WordRow = defineEntity({
  name: "WordRow",
  tableName: "word",
  properties: {
    kind: p.text().primary(),
    code: p.integer().primary(),
    text: p.text(),
  },
});
