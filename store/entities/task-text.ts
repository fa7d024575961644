import { defineEntity, p } from "@mikro-orm/core";

/** Long texts of a task, apart from what every turn writes. */
export const TaskTextRow = defineEntity({
  name: "TaskTextRow",
  tableName: "task_text",
  properties: {
    task: p.integer().primary(),
    description: p.text().nullable(),
    payload: p.text().nullable(),
    run: p.text().nullable(),
  },
});
