import fc from "fast-check";

/** What one run of the property does, as plain data: it can be printed, shrunk and done again. */
export interface Case {
  /** Of Hopper's own random numbers: backoffs. */
  readonly seed: number;
  readonly roots: readonly RootSpec[];
  readonly loop: LoopSpec;
  /** Which of the waiting actors is next, drawn again from the start when they are used up; none = in turn. */
  readonly turns: readonly number[];
  readonly steps: readonly Step[];
}

export interface RootSpec {
  readonly config: { readonly [key: string]: unknown };
  readonly projects: readonly {
    readonly config: { readonly [key: string]: unknown };
    readonly orchestrations: readonly { readonly [key: string]: unknown }[];
  }[];
}

export interface LoopSpec {
  readonly admitted?: number;
  readonly turns?: number;
  readonly actors?: number;
}

export const VERBS = [
  "add",
  "delegate",
  "route",
  "accept",
  "reject",
  "withdraw",
  "escalate",
  "reassign",
  "claim",
  "heartbeat",
  "complete",
  "complete by hand",
  "complete delegation",
  "fail",
  "fail by hand",
  "release",
  "begin by hand",
  "cancel",
  "retry",
  "block",
  "unblock",
  "assign",
  "pause",
  "resume",
  "stop",
  "start",
  "restart",
  "break",
  "terminate",
  "create",
] as const;
export type VerbName = (typeof VERBS)[number];

/** One verb of a client. Whom it is about is picked among what there is when it is asked. */
export interface Verb {
  readonly verb: VerbName;
  readonly pick: number;
  readonly other: number;
  /** Aimed at anything, not at what it fits. */
  readonly astray: boolean;
  readonly flag: boolean;
  /** With an idempotency key. */
  readonly keyed: boolean;
  /** Asked twice at once, with one key. */
  readonly twice: boolean;
  /** How far it gets before somebody else has a turn. */
  readonly lead: number;
}

/** Verbs that want the same thing at the same time. */
export const RACES = [
  "accept, expiry",
  "accept, reject",
  "accept, withdraw",
  "accept, cancel",
  "accept, complete",
  "accept, complete delegation",
  "accept, pause",
  "accept, terminate",
  "complete, cancel",
  "complete, lease expiry",
  "complete, escalate",
  "complete, terminate",
  "complete, cascade",
  "complete, drain",
  "complete, heartbeat",
  "complete, late complete",
  "claim, claim",
  "delegate, full",
  "cancel, retry",
] as const;
export type RaceName = (typeof RACES)[number];

/** What befalls the commit after `skip` good ones. */
export interface Fault {
  readonly skip: number;
  readonly how: "before" | "after" | "full" | "busy";
}

export type Step =
  | {
      readonly do: "verbs";
      readonly verbs: readonly Verb[];
      readonly passes: number;
      readonly fault: Fault | null;
      /** Each is asked again afterwards with its key. */
      readonly again: boolean;
    }
  | {
      readonly do: "race";
      readonly race: RaceName;
      readonly pick: number;
      readonly leads: readonly [number, number, number];
      readonly passes: number;
      readonly fault: Fault | null;
    }
  | { readonly do: "advance"; readonly seconds: number; readonly fault: Fault | null }
  | { readonly do: "restart" };

const few = fc.nat({ max: 63 });
const lead = fc.constantFrom(0, 1, 4, 30);
const fault: fc.Arbitrary<Fault | null> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(null) },
  {
    weight: 1,
    arbitrary: fc.record({
      skip: fc.nat({ max: 2 }),
      how: fc.constantFrom("before", "after", "after", "full", "busy"),
    }),
  },
);

/** How often each verb is asked, out of all. */
const WEIGHTS: { readonly [verb in VerbName]: number } = {
  add: 14,
  delegate: 5,
  route: 2,
  accept: 6,
  reject: 3,
  withdraw: 2,
  escalate: 3,
  reassign: 6,
  claim: 8,
  heartbeat: 2,
  complete: 4,
  "complete by hand": 2,
  "complete delegation": 2,
  fail: 4,
  "fail by hand": 1,
  release: 2,
  "begin by hand": 2,
  cancel: 2,
  retry: 3,
  block: 1,
  unblock: 1,
  assign: 2,
  pause: 2,
  resume: 2,
  stop: 1,
  start: 2,
  restart: 1,
  break: 1,
  terminate: 1,
  create: 1,
};

const verb: fc.Arbitrary<Verb> = fc.record({
  verb: fc.oneof(...VERBS.map((name) => ({ weight: WEIGHTS[name], arbitrary: fc.constant(name) }))),
  pick: few,
  other: few,
  astray: fc.nat({ max: 7 }).map((n) => n === 7),
  flag: fc.boolean(),
  keyed: fc.boolean(),
  twice: fc.nat({ max: 11 }).map((n) => n === 11),
  lead,
});

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant("verbs" as const),
      verbs: fc.array(verb, { minLength: 1, maxLength: 3 }),
      passes: fc.integer({ min: 1, max: 2 }),
      fault,
      again: fc.nat({ max: 5 }).map((n) => n === 5),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("race" as const),
      // Twice: who comes first there is seldom who accepts.
      race: fc.constantFrom("accept, expiry", ...RACES),
      pick: few,
      leads: fc.tuple(lead, lead, lead),
      passes: fc.integer({ min: 1, max: 2 }),
      fault,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("advance" as const),
      seconds: fc.constantFrom(1, 2, 11, 31, 61, 400, 90_000),
      fault,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("restart" as const) }) },
);

const room = {
  max_concurrent_tasks: fc.integer({ min: 1, max: 2 }),
  max_queued_tasks: fc.integer({ min: 0, max: 2 }),
};
const acceptance = fc.constantFrom("auto" as const, "manual" as const);

const orchestration = fc.record(
  {
    ...room,
    acceptance,
    capabilities: fc.subarray(["web", "data"]),
    strict_capabilities: fc.boolean(),
    on_failure: fc.constantFrom("propagate", "reassign", "escalate"),
    drain_timeout_seconds: fc.constantFrom(1, 10),
  },
  { requiredKeys: ["max_concurrent_tasks", "max_queued_tasks", "drain_timeout_seconds"] },
);

const project = fc.record({
  config: fc.record(
    {
      ...room,
      acceptance,
      auto_delegate: fc.boolean(),
      orchestration_threshold: fc.constantFrom(2, 3),
      auto_create_orchestrations: fc.boolean(),
      fallback: fc.constantFrom("hold", "handle"),
      drain_timeout_seconds: fc.constantFrom(1, 10),
    },
    { requiredKeys: ["max_concurrent_tasks", "max_queued_tasks", "drain_timeout_seconds"] },
  ),
  orchestrations: fc.array(orchestration, { maxLength: 3 }),
});

const root: fc.Arbitrary<RootSpec> = fc.record({
  config: fc.record({ auto_delegate: fc.nat({ max: 9 }).map((n) => n !== 9) }, { requiredKeys: [] }),
  projects: fc.array(project, { maxLength: 3 }),
});

const loop: fc.Arbitrary<LoopSpec> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  {
    weight: 2,
    arbitrary: fc.record(
      {
        admitted: fc.integer({ min: 1, max: 3 }),
        turns: fc.integer({ min: 1, max: 5 }),
        actors: fc.integer({ min: 1, max: 3 }),
      },
      { requiredKeys: [] },
    ),
  },
);

/** Cases of up to so many steps. */
export function cases(most: number): fc.Arbitrary<Case> {
  return fc.record({
    seed: fc.nat({ max: 1_000 }),
    roots: fc.array(root, { minLength: 1, maxLength: 2 }),
    loop,
    turns: fc.array(fc.nat({ max: 7 }), { maxLength: 12 }),
    steps: fc.array(step, { maxLength: most, size: "max" }),
  });
}
