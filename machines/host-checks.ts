import { initialTransition } from "xstate";
import type { AnyStateMachine } from "xstate";

/**
 * What a lifecycle machine must be before it may run: flat, pure, named, reachable, complete. XState finds
 * little of this by itself, and most of it not before the state is entered. Source: spec/runtime.md 3.2.
 */

/** A lifecycle as it is declared, before its types are known. */
export interface Declared {
  readonly name: string;
  readonly machine: AnyStateMachine;
  readonly states: readonly string[];
  /** A sample of every event, by its type. */
  readonly events: { readonly [type: string]: { readonly type: string } };
  /** A sample of the context. */
  readonly context: unknown;
}

/** A guard as the table asks it. */
export type Guard = (args: { readonly context: unknown; readonly event: unknown }) => unknown;

/** One way out of a state: taken when its guard says so, or when it has none. */
export interface Edge {
  readonly from: string;
  readonly event: string;
  /** null = always taken. */
  readonly guard: { readonly name: string; readonly asks: Guard } | null;
  readonly to: string;
}

type Fail = (where: string | null, what: string) => never;

const MACHINE_KEYS = ["id", "initial", "context", "states", "description", "schemas"];
const STATE_KEYS = ["on", "type", "tags", "description"];
const EDGE_KEYS = ["target", "guard", "description"];

const WHY_NOT: { readonly [key: string]: string } = {
  after: "XState's timers do not survive a restart; a due time is a row",
  invoke: "an invoked actor would run again after a restart; an effect is a row",
  always: "an eventless transition happens unseen and may loop; name the event",
  history: "where a history state leads does not stand in the row",
  states: "a lifecycle is flat: its state is one word in a column",
  on: "a transition of the root hides which states take the event; write it in each",
  entry: "what follows from a step is decided by the turn that took it",
  exit: "what follows from a step is decided by the turn that took it",
  actions:
    "assign, emit, sendTo, sendParent, spawnChild and the like are lost on a table; the turn decides what follows",
};

/** The deepest a context may be nested; a loop in it is found by this too. */
const MAX_CONTEXT_DEPTH = 16;

/**
 * Checks a lifecycle and returns the ways out of its states, in the order in which they are tried.
 * @throws Error that names the machine, the state and what is wrong. (Wrong targets never come this far:
 * `createMachine` itself throws on them.)
 */
export function checkLifecycle(declared: Declared): Edge[] {
  const { name, machine } = declared;
  const fail: Fail = failOf(machine);
  if (machine.id !== name) fail(null, `the lifecycle is called "${name}"; the machine's id must be the same`);
  checkKeys(machine.config, MACHINE_KEYS, (what) => fail(null, what));
  const { actions, actors, delays } = machine.implementations;
  for (const made of Object.keys({ ...actions, ...actors, ...delays })) {
    fail(
      null,
      `setup makes "${made}": a lifecycle has guards and nothing else; the turn decides what follows`,
    );
  }
  const edges = edgesOf(machine);
  checkStates(declared, edges, fail);
  checkEvents(declared, edges, fail);
  checkGuards(declared, edges, fail);
  checkContext(declared, fail);
  return edges;
}

/**
 * The ways out of the states of a flat machine, in document order.
 * @throws Error if the machine is not flat, or a way has an action, a nameless guard or not one target.
 */
export function edgesOf(machine: AnyStateMachine): Edge[] {
  const fail: Fail = failOf(machine);
  const edges: Edge[] = [];
  for (const [from, node] of Object.entries(machine.states)) {
    checkKeys(node.config, STATE_KEYS, (what) => fail(from, what));
    if (node.type !== "atomic" && node.type !== "final")
      fail(from, `a ${node.type} state is not allowed here`);
    for (const [event, transitions] of node.transitions) {
      if (event.includes("*"))
        fail(from, `"${event}" is not allowed: a wildcard hides which events are taken`);
      const where = `${from}", "${event}`;
      for (const transition of transitions) {
        const { source: _s, eventType: _e, reenter: _r, toJSON: _j, actions, ...written } = transition;
        if (actions.length > 0) checkKeys({ actions }, EDGE_KEYS, (what) => fail(where, what));
        checkKeys(written, EDGE_KEYS, (what) => fail(where, what));
        const [target, ...others] = transition.target ?? [];
        if (target === undefined || others.length > 0) fail(where, "a transition names one target");
        if (machine.states[target.key] !== target)
          fail(where, `"${target.id}" is not a state of the machine`);
        const guard = transition.guard === undefined ? null : findGuard(machine, transition.guard, where);
        edges.push({ from, event, guard, to: target.key });
      }
    }
  }
  return edges;
}

/** The state a machine starts in, as its configuration names it; "" if it names none. */
export function initialOf(machine: AnyStateMachine): string {
  const { initial } = machine.config;
  return typeof initial === "string" ? initial : "";
}

/** Says what and where the first thing in `value` is that JSON would lose or change; null = it is plain JSON. */
export function findUnplain(value: unknown, path: string, depth = 0): string | null {
  if (value === null || typeof value === "string" || typeof value === "boolean") return null;
  if (typeof value === "number") return Number.isFinite(value) ? null : `${path} is ${value}`;
  if (typeof value !== "object") return `${path} is of type ${typeof value}`;
  if (depth === MAX_CONTEXT_DEPTH) return `${path} is nested deeper than ${MAX_CONTEXT_DEPTH} levels`;
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) {
    return `${path} is not a plain object`;
  }
  for (const [key, inner] of Object.entries(value)) {
    const found = findUnplain(inner, `${path}.${key}`, depth + 1);
    if (found !== null) return found;
  }
  return null;
}

function failOf(machine: AnyStateMachine): Fail {
  return (where, what) => {
    throw new Error(`lifecycle "${machine.id}"${where === null ? "" : `, state "${where}"`}: ${what}`);
  };
}

function checkKeys(config: object, accepted: readonly string[], fail: (what: string) => never): void {
  for (const [key, value] of Object.entries(config)) {
    if (value === undefined || accepted.includes(key)) continue;
    fail(`"${key}" is not allowed: ${WHY_NOT[key] ?? `a lifecycle uses only ${accepted.join(", ")} here`}`);
  }
}

function findGuard(machine: AnyStateMachine, guard: unknown, where: string): NonNullable<Edge["guard"]> {
  const fail: Fail = failOf(machine);
  if (typeof guard !== "string") fail(where, "give the guard a name in setup({ guards })");
  const asks: unknown = machine.implementations.guards[guard];
  if (typeof asks !== "function" || "check" in asks) {
    fail(where, `guard "${guard}" is not implemented as a plain function`);
  }
  return { name: guard, asks: asks as Guard };
}

/** The machine has exactly the statuses of the records, and all of them can be reached. */
function checkStates({ machine, states }: Declared, edges: readonly Edge[], fail: Fail): void {
  const drawn = Object.keys(machine.states);
  for (const state of states) {
    if (!drawn.includes(state)) fail(state, "the records have this status, the machine has not");
  }
  for (const state of drawn) {
    if (!states.includes(state)) fail(state, "the machine has this state, the records have not");
  }
  const initial = initialOf(machine);
  if (!drawn.includes(initial)) fail(null, `the initial state "${initial}" is not a state of the machine`);
  const reached = new Set([initial]);
  for (const state of reached) {
    for (const { from, to } of edges) if (from === state) reached.add(to);
  }
  for (const state of drawn) {
    if (!reached.has(state)) fail(state, "no sequence of events leads here");
  }
}

/** Every event is declared, and taken by some state. */
function checkEvents({ events }: Declared, edges: readonly Edge[], fail: Fail): void {
  for (const { from, event } of edges) {
    if (!Object.hasOwn(events, event)) fail(from, `"${event}" is not an event of this lifecycle`);
  }
  for (const [type, sample] of Object.entries(events)) {
    if (sample.type !== type) fail(null, `the sample of "${type}" is of type "${sample.type}"`);
    if (!edges.some(({ event }) => event === type)) {
      fail(null, `no state takes "${type}": decide it for every state, and list it in the table test`);
    }
  }
}

/** Every guard answers true or false, is asked somewhere, and stands before the way without one. */
function checkGuards({ machine, events, context }: Declared, edges: readonly Edge[], fail: Fail): void {
  const asked = new Set<string>();
  const closed = new Set<string>();
  for (const { from, event, guard, to } of edges) {
    const where = `${from}", "${event}`;
    if (closed.has(where)) fail(where, `the way to "${to}" is never taken: the one before it always is`);
    if (guard === null) {
      closed.add(where);
      continue;
    }
    asked.add(guard.name);
    const answer = guard.asks({ context, event: events[event] });
    if (typeof answer !== "boolean")
      fail(where, `guard "${guard.name}" answers ${typeof answer}, not a boolean`);
  }
  for (const name of Object.keys(machine.implementations.guards)) {
    if (!asked.has(name)) fail(null, `guard "${name}" is never asked`);
  }
}

/** The context is the machine's input, unchanged, and survives JSON. */
function checkContext({ machine, context }: Declared, fail: Fail): void {
  const unplain = findUnplain(context, "context");
  if (unplain !== null) fail(null, `the context must be plain JSON, but ${unplain}`);
  const [snapshot] = initialTransition(machine, context);
  if (JSON.stringify(snapshot.context) !== JSON.stringify(context)) {
    fail(null, "the machine's context must be its input and nothing else");
  }
}
