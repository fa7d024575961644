import { defineEntity, p } from "@mikro-orm/core";

/** An instance; codes as in dialects/sqlite/codes.ts. */
export const InstanceRow = defineEntity({
  name: "InstanceRow",
  tableName: "instance",
  properties: {
    no: p.integer().primary(),
    id: p.text().unique(),
    name: p.text(),
    scope: p.integer(),
    type: p.integer(),
    parent: p.integer().nullable(),
    depth: p.integer(),
    root: p.integer(),
    config: p.text(),
    inherited: p.text(),
    runtimeMetadata: p.text(),
    status: p.integer(),
    description: p.text().nullable(),
    createdBy: p.text().nullable(),
    createdAt: p.integer(),
    updatedAt: p.integer(),
    startedAt: p.integer().nullable(),
    stoppedAt: p.integer().nullable(),
    version: p.integer(),
    intent: p.integer().nullable(),
    wakeAt: p.integer().nullable(),
    waiting: p.text().nullable(),
  },
});
