import { defineEntity, p } from "@mikro-orm/core";

/** What a task depends on, in the order it was asked. */
export const DependencyRow = defineEntity({
  name: "DependencyRow",
  tableName: "dependency",
  properties: {
    task: p.integer().primary(),
    seq: p.integer().primary(),
    dependsOn: p.integer(),
  },
});
