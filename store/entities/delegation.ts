import { defineEntity, p } from "@mikro-orm/core";

/** A delegation; its output is the task result of its round. */
export const DelegationRow = defineEntity({
  name: "DelegationRow",
  tableName: "delegation",
  properties: {
    no: p.integer().primary(),
    id: p.blob().unique(),
    task: p.integer(),
    source: p.integer(),
    target: p.integer(),
    type: p.integer(),
    seq: p.integer(),
    status: p.integer(),
    delegatedBy: p.text().nullable(),
    delegatedAt: p.integer(),
    decidedAt: p.integer().nullable(),
    completedAt: p.integer().nullable(),
    expiresAt: p.integer().nullable(),
    reasonCode: p.integer().nullable(),
    reasonText: p.text().nullable(),
    outcome: p.integer().nullable(),
    taskStatus: p.integer().nullable(),
    notes: p.text().nullable(),
    previous: p.integer().nullable(),
    round: p.integer(),
    routingRound: p.integer(),
    byCaller: p.integer(),
    version: p.integer(),
    common: p.integer().nullable(),
  },
});
