/**
 * The library, verb by verb: the door that every other door uses. Ids, refs (`T-42`, `D-7`) and names
 * of live instances are taken wherever an id is read. Every promise resolves after the commit that
 * holds its effect; a refusal is a thrown HopperError. Source: 5-cli.md 5.5, 5.6.
 */
export type { CommandOptions } from "./api/options.ts";
export type { CreateInstanceParams, ClaimParams, Claim, Instances } from "./api/instances.ts";
export type { CreateTaskParams, Tasks } from "./api/tasks.ts";
export type { Delegations } from "./api/delegations.ts";
export type { Internals, OrphansEnded, PlanNode } from "./api/internals.ts";
export type { ListEventsParams, Stats, Hopper } from "./api/hopper.ts";
