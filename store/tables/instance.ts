import type { Instance, InstanceConfig, RosterEntry, Tally } from "../../machines/records/instance.ts";
import { TASK_STATUSES, type TaskStatus } from "../../machines/records/task.ts";
import type { Json, Reply } from "../../machines/records/values.ts";
import { INSTANCE_STATUS, INSTANCE_TYPE, INTENT, SCOPE } from "./codes.ts";
import { boolean, integer, json, list, moment, nullable, text, word, type Codec } from "./column.ts";
import { derived, table } from "./table.ts";

export const INSTANCE = table<Instance>({
  name: "instance",
  key: ["no"],
  constant: {
    no: integer,
    id: text,
    scope: word(SCOPE),
    type: word(INSTANCE_TYPE),
    parent: nullable(integer),
    depth: integer,
    root: integer,
    createdBy: nullable(text),
    createdAt: moment,
  },
  changeable: {
    name: text,
    config: json<InstanceConfig>(),
    inherited: json<InstanceConfig>(),
    runtimeMetadata: json<{ [key: string]: Json }>(),
    status: word(INSTANCE_STATUS),
    description: nullable(text),
    updatedAt: moment,
    startedAt: nullable(moment),
    stoppedAt: nullable(moment),
    version: integer,
    intent: nullable(word(INTENT)),
    wakeAt: nullable(moment),
    waiting: list<Reply>(),
  },
});

type Counted = Readonly<Record<TaskStatus, Codec<number>>>;

export const TALLY = table<Tally>({
  name: "tally",
  key: ["instance"],
  constant: { instance: integer },
  changeable: Object.fromEntries(TASK_STATUSES.map((status) => [status, integer])) as Counted,
});

export const ROSTER = table<RosterEntry>({
  name: "roster",
  key: ["parent", "child"],
  // A child that was full was once left alone for a while.
  derived: {
    changeable: {
      backoffUntil: derived(nullable(moment), () => null),
      refusals: derived(integer, () => 0),
    },
  },
  constant: { parent: integer, child: integer, scope: word(SCOPE), type: word(INSTANCE_TYPE) },
  changeable: {
    name: text,
    status: word(INSTANCE_STATUS),
    description: nullable(text),
    capabilities: list<string>(),
    strictCapabilities: boolean,
    domains: list<string>(),
    maxConcurrent: integer,
    room: integer,
    openElsewhere: integer,
    ownOpen: integer,
    childVersion: integer,
  },
});
