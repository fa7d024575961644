import { setup } from "xstate";

import { hostLifecycle, plain, typesOf } from "../host.ts";
import { INSTANCE_STATUSES, type InstanceStatus } from "../records/instance.ts";

/** What an instance's lifecycle must know beyond the status. */
export interface InstanceContext {
  /** Children that are not terminated. */
  readonly liveChildren: number;
  /** True while a cascade is under way: it is stopping in order to be terminated. */
  readonly terminating: boolean;
}

/** What can happen to an instance. The verb `recover` is START from error; `restart` is STOP, STOPPED, START. */
const EVENTS = plain(
  "START",
  "STARTED",
  "PAUSE",
  "RESUME",
  "STOP",
  "STOPPED",
  "FAIL",
  "TERMINATE",
  "TERMINATED",
);
export type InstanceEvent = (typeof EVENTS)[keyof typeof EVENTS];

const FAIL = { target: "error", guard: "notTerminating" } as const;
const TERMINATE = [{ target: "terminated", guard: "noLiveChildren" }, { target: "stopping" }] as const;

const instanceMachine = setup({
  types: typesOf<{ context: InstanceContext; events: InstanceEvent; input: InstanceContext }>(),
  guards: {
    noLiveChildren: ({ context }) => context.liveChildren === 0,
    notTerminating: ({ context }) => !context.terminating,
    cascadeEnded: ({ context }) => context.terminating && context.liveChildren === 0,
  },
}).createMachine({
  id: "instance",
  context: ({ input }) => ({ ...input }),
  initial: "created",
  states: {
    created: { on: { START: { target: "starting" }, FAIL, TERMINATE } },
    starting: { on: { STARTED: { target: "running" }, FAIL, TERMINATE } },
    running: { on: { PAUSE: { target: "paused" }, STOP: { target: "stopping" }, FAIL, TERMINATE } },
    paused: { on: { RESUME: { target: "running" }, STOP: { target: "stopping" }, FAIL, TERMINATE } },
    stopping: {
      on: {
        STOPPED: { target: "stopped", guard: "notTerminating" },
        FAIL,
        TERMINATE,
        TERMINATED: { target: "terminated", guard: "cascadeEnded" },
      },
    },
    stopped: { on: { START: { target: "starting" }, FAIL, TERMINATE } },
    error: { on: { START: { target: "starting" }, TERMINATE } },
    terminated: { type: "final" },
  },
});

/** The instance's lifecycle. Source: spec/domain.md 2.2. */
export const instanceLifecycle = hostLifecycle<InstanceStatus, InstanceContext, InstanceEvent>({
  name: "instance",
  machine: instanceMachine,
  states: INSTANCE_STATUSES,
  events: EVENTS,
  context: { liveChildren: 0, terminating: false },
});

/** What the runtime tells an instance itself; callers are not shown it as something they could send. */
const OWN_EVENTS: ReadonlySet<InstanceEvent["type"]> = new Set(["STARTED", "STOPPED", "TERMINATED"] as const);

/** Of the events a state accepts, those that a caller can send as a verb (spec/api.md 4.6). */
export function verbsOf(allowed: readonly InstanceEvent["type"][]): InstanceEvent["type"][] {
  return allowed.filter((event) => !OWN_EVENTS.has(event));
}
