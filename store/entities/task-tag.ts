import { defineEntity, p } from "@mikro-orm/core";

/** Tags of tasks by tag, for lists. */
export const TaskTagRow = defineEntity({
  name: "TaskTagRow",
  tableName: "task_tag",
  properties: {
    tag: p.text().primary(),
    task: p.integer().primary(),
  },
});
