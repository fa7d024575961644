import type { AnyStateMachine } from "xstate";

import { checkLifecycle, initialOf, type Declared, type Edge } from "./host-checks.ts";

/**
 * The one place where Hopper meets XState: a machine is drawn with XState, checked when it is loaded, and compiled
 * to a table that the turns ask. test/machines/host.prop.test.ts proves that the table, `machine.transition`, the
 * exported `transition()` and a live actor give the same answers. Source: spec/runtime.md 3.2.
 */

/** What a lifecycle is told. Its payload is what the guards need, no more. */
export interface LifecycleEvent {
  readonly type: string;
}

/** A lifecycle machine as the rest of Hopper uses it: pure questions, answered from a table. */
export interface Lifecycle<S extends string, C, E extends LifecycleEvent> {
  readonly name: string;
  /** The XState machine itself, for charts, inspectors and tests. */
  readonly machine: AnyStateMachine;
  readonly initial: S;
  readonly states: readonly S[];
  readonly events: readonly E["type"][];
  /** The next state, or null when the state does not accept the event (an answer, never an exception). */
  step(status: S, event: E, context: C): S | null;
  /** `to`, if some way by this event leads there, whatever its guard says; else null. */
  leadsTo(status: S, event: E["type"], to: S | undefined): S | null;
  /** The events the state would accept now, in the order of {@link Lifecycle.events}; guards see the plain form of each. */
  allowed(status: S, context: C): E["type"][];
  /** True for the states in which the thing is over, also where an event can still reopen it (a failed task). */
  isFinal(status: S): boolean;
}

/** What {@link hostLifecycle} needs to know. */
export interface LifecycleOptions<S extends string, C, E extends LifecycleEvent> extends Declared {
  /** The statuses of the records; the machine must have exactly these states. */
  readonly states: readonly S[];
  /** The plain form of every event, by type: what `allowed` asks the guards with. */
  readonly events: { readonly [K in E["type"]]: Extract<E, { readonly type: K }> };
  /** A sample of the context, to try the machine and its guards with at load. */
  readonly context: C;
}

/** An event that says nothing but its type. */
export type Plain<T extends string> = T extends string ? { readonly type: T } : never;

/** One of each of these events, by type. */
export function plain<T extends string>(...types: readonly T[]): { readonly [K in T]: Plain<K> } {
  return Object.fromEntries(types.map((type) => [type, { type }])) as { [K in T]: Plain<K> };
}

/** Marks a state as final although an event (RETRY) can leave it, which XState's `type: "final"` forbids. */
export const FINAL = "final";

/** Tells XState's `setup` the types of a machine. Nothing of them exists at run time. */
export function typesOf<T>(): T {
  return {} as T;
}

type Guard<C, E> = (args: { context: C; event: E }) => boolean;

interface Branch<S, C, E> {
  readonly guard: Guard<C, E> | null;
  readonly target: S;
}

type Table<S, C, E> = ReadonlyMap<S, ReadonlyMap<string, readonly Branch<S, C, E>[]>>;

/**
 * Checks a machine (once, at load) and compiles it to a {@link Lifecycle}. A step costs well under a microsecond.
 * @throws Error naming machine, state and what is wrong; see host-checks.ts.
 */
export function hostLifecycle<S extends string, C, E extends LifecycleEvent>(
  options: LifecycleOptions<S, C, E>,
): Lifecycle<S, C, E> {
  const { name, machine, states } = options;
  const edges = checkLifecycle(options);
  const table = compile<S, C, E>(states, edges);
  const finals = finalsOf(machine);
  const samples = Object.values<E>(options.events);

  function step(status: S, event: E, context: C): S | null {
    const branches = table.get(status)?.get(event.type);
    if (branches === undefined) return null;
    for (const { guard, target } of branches) {
      if (guard === null || guard({ context, event })) return target;
    }
    return null;
  }

  return {
    name,
    machine,
    initial: initialOf(machine) as S,
    states,
    events: samples.map((sample) => sample.type),
    step,
    leadsTo: (status, event, to) =>
      table
        .get(status)
        ?.get(event)
        ?.find(({ target }) => target === to)?.target ?? null,
    allowed: (status, context) =>
      samples.filter((sample) => step(status, sample, context) !== null).map((sample) => sample.type),
    isFinal: (status) => finals.has(status),
  };
}

function compile<S extends string, C, E>(states: readonly S[], edges: readonly Edge[]): Table<S, C, E> {
  const table = new Map<S, Map<string, Branch<S, C, E>[]>>();
  for (const state of states) {
    const row = Map.groupBy(
      edges.filter((edge) => edge.from === state),
      (edge) => edge.event,
    );
    table.set(state, new Map([...row].map(([event, ways]) => [event, ways.map(branch)])));
  }
  return table;

  function branch({ guard, to }: Edge): Branch<S, C, E> {
    return { guard: (guard?.asks ?? null) as Guard<C, E> | null, target: to as S };
  }
}

/** The names of a machine's final states: those of XState's type "final" and those marked {@link FINAL}. */
export function finalsOf(machine: AnyStateMachine): Set<string> {
  const finals = Object.values(machine.states).filter(
    (node) => node.type === "final" || node.tags.includes(FINAL),
  );
  return new Set(finals.map((node) => node.key));
}
