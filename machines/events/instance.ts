import type { InstanceContext } from "../lifecycles/instance.ts";
import type { Instance, InstanceConfig, InstanceType, Scope } from "../records/instance.ts";
import type { ErrorInfo, Json } from "../records/values.ts";
import { event, type Stamp } from "./entry.ts";
import { duration, instance, json, nullable, number, optional, text, word } from "./field.ts";

/** Children that were not terminated, as the turn counted them; events of older versions do not say it. */
const liveChildren = optional(number);

/** What was to follow a `stopping` is over with any other status. */
function forgetIntent(record: Instance): void {
  record.intent = null;
}

function terminating(record: Instance): InstanceContext {
  return { liveChildren: 0, terminating: record.intent === "terminate" };
}

function counted(record: Instance, data: { readonly liveChildren?: number }): InstanceContext | null {
  return data.liveChildren === undefined ? null : { ...terminating(record), liveChildren: data.liveChildren };
}

/** What most steps have in common: they ask nothing but the status and whether a cascade is under way. */
const step = { context: terminating, evolve: forgetIntent };

/** Events of an instance's own life. Source: spec/domain.md 2.2. */
export const instanceEvents = {
  "instance.created": event({
    code: 1,
    data: {
      name: text,
      scope: word<Scope>(),
      type: word<InstanceType>(),
      parent: nullable(instance),
      config: optional(json<InstanceConfig>()),
      description: optional(text),
    },
    creates: "instance",
  }),
  "instance.starting": event({
    code: 2,
    data: {},
    instance: { ...step, machine: () => [{ type: "START" }], to: "starting" },
  }),
  "instance.running": event({
    code: 3,
    data: {},
    instance: {
      ...step,
      machine: ({ status }) => (status === "paused" ? [{ type: "RESUME" }] : [{ type: "STARTED" }]),
      to: "running",
      evolve(record, _data, { at }) {
        forgetIntent(record);
        if (record.status === "paused") return;
        record.startedAt = at;
        record.stoppedAt = null;
      },
    },
    offersWork: true,
  }),
  "instance.paused": event({
    code: 4,
    data: {},
    instance: { ...step, machine: () => [{ type: "PAUSE" }], to: "paused" },
  }),
  "instance.stopping": event({
    code: 5,
    data: { intent: optional(word<NonNullable<Instance["intent"]>>()), liveChildren },
    instance: {
      ...step,
      machine: (_record, { intent }) => [{ type: intent === "terminate" ? "TERMINATE" : "STOP" }],
      context: (record, data) => (data.intent === "terminate" ? counted(record, data) : terminating(record)),
      to: "stopping",
      evolve(record, { intent }) {
        record.intent = intent ?? null;
      },
    },
  }),
  "instance.stopped": event({
    code: 6,
    data: {},
    instance: { ...step, machine: () => [{ type: "STOPPED" }], to: "stopped", evolve: end },
  }),
  "instance.error": event({
    code: 7,
    data: { error: json<ErrorInfo>() },
    instance: { ...step, machine: () => [{ type: "FAIL" }], to: "error" },
  }),
  "instance.terminated": event({
    code: 8,
    data: { liveChildren },
    instance: {
      ...step,
      machine: ({ status, intent }) => [
        { type: status === "stopping" && intent === "terminate" ? "TERMINATED" : "TERMINATE" },
      ],
      context: counted,
      to: "terminated",
      evolve: end,
    },
  }),
  "instance.updated": event({
    code: 9,
    data: { runtimeMetadata: json<{ [key: string]: Json }>() },
    instance: {
      context: terminating,
      evolve(record, { runtimeMetadata }) {
        record.runtimeMetadata = runtimeMetadata;
      },
    },
  }),
  "instance.summary": event({
    code: 10,
    data: { done: number, failed: number, cancelled: number, lifetimeMs: duration },
  }),
} as const;

function end(record: Instance, _data: object, { at }: Stamp): void {
  forgetIntent(record);
  record.stoppedAt = at;
}
