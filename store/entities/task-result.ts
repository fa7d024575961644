import { defineEntity, p } from "@mikro-orm/core";

/** The result of one round of a task. */
export const TaskResultRow = defineEntity({
  name: "TaskResultRow",
  tableName: "task_result",
  properties: {
    task: p.integer().primary(),
    round: p.integer().primary(),
    outcome: p.integer(),
    value: p.text().nullable(),
    error: p.text().nullable(),
    epoch: p.integer().nullable(),
    at: p.integer(),
  },
});
