import { defineEntity, p } from "@mikro-orm/core";

/** What a parent was told of one child. */
export const RosterRow = defineEntity({
  name: "RosterRow",
  tableName: "roster",
  properties: {
    parent: p.integer().primary(),
    child: p.integer().primary(),
    name: p.text(),
    scope: p.integer(),
    type: p.integer(),
    status: p.integer(),
    description: p.text().nullable(),
    capabilities: p.text().nullable(),
    strictCapabilities: p.integer(),
    domains: p.text().nullable(),
    maxConcurrent: p.integer(),
    room: p.integer(),
    openElsewhere: p.integer(),
    ownOpen: p.integer(),
    childVersion: p.integer(),
    backoffUntil: p.integer().nullable(),
    refusals: p.integer(),
  },
});
