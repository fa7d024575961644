import { createMachine, type AnyStateMachine } from "xstate";
import { createTask } from "../../machines/events/task-created.ts";
import { edgesOf, initialOf, type Edge } from "../../machines/host-checks.ts";
import { hostLifecycle, type Lifecycle, type LifecycleEvent } from "../../machines/host.ts";
import { delegationLifecycle } from "../../machines/lifecycles/delegation.ts";
import { instanceLifecycle } from "../../machines/lifecycles/instance.ts";
import { taskContext } from "../../machines/lifecycles/task-context.ts";
import { taskLifecycle } from "../../machines/lifecycles/task.ts";

/**
 * The three machines with one transition's target changed. The runtime keeps one object per lifecycle and asks it at
 * every step, so the mutant takes its place by lending that object its questions, compiled by the same host.
 */

export const MACHINES = ["task", "instance", "delegation"] as const;
export type MachineName = (typeof MACHINES)[number];

type AnyLifecycle = Lifecycle<string, unknown, LifecycleEvent>;

const LIFECYCLES: Readonly<Record<MachineName, AnyLifecycle>> = {
  task: taskLifecycle,
  instance: instanceLifecycle,
  delegation: delegationLifecycle,
};

/** As they were loaded. */
const ORIGINALS: Readonly<Record<MachineName, AnyLifecycle>> = {
  task: { ...taskLifecycle },
  instance: { ...instanceLifecycle },
  delegation: { ...delegationLifecycle },
};

/** What the host tries the guards with at load: everything that any of them asks for. */
const SAMPLE = {
  ...taskContext(createTask(1, "", {}, { position: 0, at: 0, instance: 1 })),
  liveChildren: 0,
  terminating: false,
};
const PLAIN = { retryable: false, force: false };

/** One transition of one machine. */
export interface Way extends Edge {
  readonly machine: MachineName;
  /** Its place among the branches of its state and event, 0…. */
  readonly branch: number;
  /** `claimed FAIL [attemptsLeft] > queued`, unique in its machine. */
  readonly name: string;
}

/** A transition that leads elsewhere. */
export interface Mutant {
  readonly way: Way;
  readonly to: string;
}

function waysOf(machine: MachineName): Way[] {
  const edges = edgesOf(ORIGINALS[machine].machine);
  return edges.map((edge) => {
    const { from, event, guard, to } = edge;
    const branches = edges.filter((other) => other.from === from && other.event === event);
    const name = `${from} ${event}${guard === null ? "" : ` [${guard.name}]`} > ${to}`;
    return { ...edge, machine, branch: branches.indexOf(edge), name };
  });
}

/** A transition with each other status as its target. */
export function mutantsOf(way: Way): Mutant[] {
  const others = ORIGINALS[way.machine].states.filter((state) => state !== way.to);
  return others.map((to) => ({ way, to }));
}

/** Runs something while the runtime's machine is the mutant. */
export async function asMutant<T>(mutant: Mutant, run: () => Promise<T>): Promise<T> {
  const { machine: name } = mutant.way;
  return await inPlace(name, hosted(name, mutated(mutant)), run);
}

/** Runs something, and says which transitions were asked for and answered. */
export async function watched(run: () => Promise<void>): Promise<ReadonlySet<Way>> {
  const taken = new Set<Way>();
  const [task, instance, delegation] = [spy("task", taken), spy("instance", taken), spy("delegation", taken)];
  await inPlace("task", task, () =>
    inPlace("instance", instance, () => inPlace("delegation", delegation, run)),
  );
  return taken;
}

async function inPlace<T>(
  name: MachineName,
  questions: Partial<AnyLifecycle>,
  run: () => Promise<T>,
): Promise<T> {
  Object.assign(LIFECYCLES[name], questions);
  try {
    return await run();
  } finally {
    Object.assign(LIFECYCLES[name], ORIGINALS[name]);
  }
}

function spy(name: MachineName, taken: Set<Way>): Pick<AnyLifecycle, "step"> {
  const ways = WAYS[name];
  return {
    step(status, event, context) {
      const way = ways.find(
        ({ from, event: type, guard }) =>
          from === status && type === event.type && guard?.asks({ context, event }) !== false,
      );
      if (way !== undefined) taken.add(way);
      return ORIGINALS[name].step(status, event, context);
    },
  };
}

/** The transitions of each machine: the same objects everywhere. */
export const WAYS: Readonly<Record<MachineName, readonly Way[]>> = {
  task: waysOf("task"),
  instance: waysOf("instance"),
  delegation: waysOf("delegation"),
};

interface Branch {
  target: string;
  guard?: string;
}

type States = Record<string, { on?: Record<string, Branch | readonly Branch[]> }>;

/**
 * The machine with another target. Where a state could not be reached any more, which the host refuses to load, a way
 * that is never taken leads to it from the initial state.
 */
function mutated({ way: { machine: name, from, event, branch }, to }: Mutant): AnyStateMachine {
  const { config, implementations } = ORIGINALS[name].machine;
  const states = structuredClone(config.states) as States;
  const branches = branchesOf(states, from, event);
  (branches[branch] as Branch).target = to;
  set(states, from, event, branches);
  const build = (guards: object): AnyStateMachine =>
    createMachine({ ...config, states } as never, { guards: { ...implementations.guards, ...guards } });
  const lost = unreachable(build({}));
  if (lost.length === 0) return build({});
  const initial = initialOf(ORIGINALS[name].machine);
  const never = lost.map((target) => ({ target, guard: "never" }));
  set(states, initial, event, [...never, ...branchesOf(states, initial, event)]);
  return build({ never: () => false });
}

function branchesOf(states: States, from: string, event: string): Branch[] {
  return [states[from]?.on?.[event] ?? []].flat();
}

function set(states: States, from: string, event: string, branches: Branch[]): void {
  const state = states[from] ?? {};
  state.on = { ...state.on, [event]: branches };
}

function unreachable(machine: AnyStateMachine): string[] {
  const edges = edgesOf(machine);
  const reached = new Set([initialOf(machine)]);
  for (const state of reached) {
    for (const { from, to } of edges) if (from === state) reached.add(to);
  }
  return Object.keys(machine.states).filter((state) => !reached.has(state));
}

function hosted(name: MachineName, machine: AnyStateMachine): AnyLifecycle {
  const { states, events } = ORIGINALS[name];
  const samples = events.map((type) => [type, { ...PLAIN, type }]);
  return hostLifecycle({
    name,
    machine,
    states,
    events: Object.fromEntries(samples) as Record<string, LifecycleEvent>,
    context: SAMPLE,
  });
}
