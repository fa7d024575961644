import { defineEntity, p } from "@mikro-orm/core";

/** An idempotency key with the command that first carried it. */
export const CommandKeyRow = defineEntity({
  name: "CommandKeyRow",
  tableName: "command_key",
  properties: {
    command: p.integer().primary(),
    caller: p.text(),
    key: p.text(),
    fingerprint: p.text(),
    at: p.integer(),
  },
});
