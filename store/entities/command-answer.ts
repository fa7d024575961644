import { defineEntity, p } from "@mikro-orm/core";

/** The answer of a keyed command. */
export const CommandAnswerRow = defineEntity({
  name: "CommandAnswerRow",
  tableName: "command_answer",
  properties: {
    command: p.integer().primary(),
    body: p.text(),
    at: p.integer(),
  },
});
