import { describe, expect, test } from "vitest";
import { and, assign, createMachine } from "xstate";
import type { AnyStateMachine } from "xstate";
import { checkLifecycle, findUnplain } from "../../machines/host-checks.ts";

/** A sound lamp (off, on; FLIP) with one thing changed, checked as at load. */
function load(changed: {
  config?: object;
  on?: object;
  off?: object;
  flip?: unknown;
  setup?: object;
  declared?: object;
}): void {
  const config = {
    id: "lamp",
    initial: "off",
    context: ({ input }: { input: object }) => ({ ...input }),
    states: {
      off: { on: { FLIP: changed.flip ?? { target: "on" } }, ...changed.off },
      on: { on: { FLIP: { target: "off" } }, ...changed.on },
    },
    ...changed.config,
  };
  const machine: AnyStateMachine = createMachine(config as object, changed.setup);
  checkLifecycle({
    name: "lamp",
    machine,
    states: ["off", "on"],
    events: { FLIP: { type: "FLIP" } },
    context: { watts: 5 },
    ...changed.declared,
  });
}

const yes = (): boolean => true;

describe("at load", () => {
  test("a sound machine passes", () => {
    expect(() => load({})).not.toThrow();
    expect(() => load({ flip: { target: "on", guard: undefined } })).not.toThrow();
    expect(() =>
      load({ flip: [{ target: "on", guard: "yes" }, { target: "off" }], setup: { guards: { yes } } }),
    ).not.toThrow();
  });

  test.each([
    [
      "after",
      { on: { after: { 10: { target: "off" } } } },
      /state "on": "after" is not allowed: .* a due time is a row/,
    ],
    [
      "invoke",
      { on: { invoke: { src: "x" } } },
      /state "on": "invoke" is not allowed: an invoked actor would run again/,
    ],
    ["always", { on: { always: { target: "off" } } }, /state "on": "always" is not allowed: .* may loop/],
    ["an entry action", { on: { entry: "beep" } }, /state "on": "entry" is not allowed: .* the turn/],
    ["an exit action", { on: { exit: assign({}) } }, /state "on": "exit" is not allowed/],
    ["history", { on: { history: "deep" } }, /state "on": "history" is not allowed/],
    [
      "a history state",
      { on: { on: undefined, type: "history" } },
      /state "on": a history state is not allowed/,
    ],
    ["a parallel state", { on: { type: "parallel" } }, /state "on": a parallel state is not allowed/],
    [
      "inner states",
      { on: { initial: "dim", states: { dim: {} } } },
      /state "on": "(initial|states)" is not allowed/,
    ],
    [
      "a word of its own",
      { on: { colour: "red" } },
      /state "on": "colour" is not allowed: a lifecycle uses only on, type/,
    ],
    [
      "a transition of the root",
      { config: { on: { OFF: { target: ".off" } } } },
      /^lifecycle "lamp": "on" is not allowed/,
    ],
    [
      "a parallel root",
      { config: { type: "parallel", initial: undefined } },
      /^lifecycle "lamp": "type" is not allowed/,
    ],
    ["an action of the root", { config: { entry: "beep" } }, /^lifecycle "lamp": "entry" is not allowed/],
    [
      "an action on the way",
      { flip: { target: "on", actions: assign({}) } },
      /state "off", "FLIP": "actions" is not allowed: assign, emit, sendTo/,
    ],
    [
      "a word of its own on the way",
      { flip: { target: "on", colour: 1 } },
      /state "off", "FLIP": "colour" is not allowed/,
    ],
    ["actions in setup", { setup: { actions: { beep: yes } } }, /^lifecycle "lamp": setup makes "beep"/],
    ["actors in setup", { setup: { actors: { child: {} } } }, /setup makes "child"/],
    ["delays in setup", { setup: { delays: { soon: 5 } } }, /setup makes "soon"/],
    ["a wildcard", { on: { on: { "*": { target: "off" } } } }, /state "on": "\*" is not allowed: a wildcard/],
  ])("%s is refused", (_what, changed, message) => {
    expect(() => load(changed)).toThrow(message);
  });

  test.each([
    ["without a target", { flip: {} }, /state "off", "FLIP": a transition names one target/],
    [
      "to two targets",
      { flip: { target: ["on", "off"] } },
      /state "off", "FLIP": a transition names one target/,
    ],
    [
      "to the machine itself",
      { flip: { target: "#lamp" } },
      /state "off", "FLIP": "lamp" is not a state of the machine/,
    ],
    // XState itself; here so that a version that lets it pass is noticed.
    [
      "to nowhere",
      { flip: { target: "ajar" } },
      /Invalid transition definition for state node 'lamp\.off'[^]*'ajar' does not exist/,
    ],
  ])("a way %s is refused", (_where, changed, message) => {
    expect(() => load(changed)).toThrow(message);
  });

  test.each([
    [
      "that is not implemented",
      { flip: { target: "on", guard: "yes" } },
      /state "off", "FLIP": guard "yes" is not implemented/,
    ],
    ["without a name", { flip: { target: "on", guard: yes } }, /state "off", "FLIP": give the guard a name/],
    [
      "with parameters",
      { flip: { target: "on", guard: { type: "yes", params: {} } }, setup: { guards: { yes } } },
      /give the guard a name/,
    ],
    [
      "put together by XState",
      { flip: { target: "on", guard: "both" }, setup: { guards: { both: and([]) } } },
      /guard "both" is not implemented as a plain function/,
    ],
    [
      "that does not say yes or no",
      { flip: { target: "on", guard: "maybe" }, setup: { guards: { maybe: () => 1 } } },
      /state "off", "FLIP": guard "maybe" answers number, not a boolean/,
    ],
    ["that nobody asks", { setup: { guards: { yes } } }, /^lifecycle "lamp": guard "yes" is never asked/],
    [
      "behind a way without one",
      { flip: [{ target: "on" }, { target: "off", guard: "yes" }], setup: { guards: { yes } } },
      /state "off", "FLIP": the way to "off" is never taken/,
    ],
  ])("a guard %s is refused", (_what, changed, message) => {
    expect(() => load(changed)).toThrow(message);
  });

  test.each([
    [
      "another name",
      { declared: { name: "light" } },
      /the lifecycle is called "light"; the machine's id must be the same/,
    ],
    [
      "a status more",
      { declared: { states: ["off", "on", "dim"] } },
      /state "dim": the records have this status, the machine has not/,
    ],
    [
      "a status less",
      { declared: { states: ["off"] } },
      /state "on": the machine has this state, the records have not/,
    ],
    [
      "a state that nothing leads to",
      { flip: { target: "off" } },
      /state "on": no sequence of events leads here/,
    ],
    [
      "a wrong initial state",
      { config: { initial: "dim" } },
      /the initial state "dim" is not a state of the machine/,
    ],
    [
      "an initial state that is an object",
      { config: { initial: { target: "on" } } },
      /the initial state "" is not a state/,
    ],
    [
      "an event that is not declared",
      { on: { on: { SMASH: { target: "off" } } } },
      /state "on": "SMASH" is not an event of this lifecycle/,
    ],
    [
      "an event that no state takes",
      { declared: { events: { FLIP: { type: "FLIP" }, DIM: { type: "DIM" } } } },
      /no state takes "DIM": decide it for every state/,
    ],
    [
      "a sample of another event",
      { declared: { events: { FLIP: { type: "DIM" } } } },
      /the sample of "FLIP" is of type "DIM"/,
    ],
  ])("a machine with %s is refused", (_what, changed, message) => {
    expect(() => load(changed)).toThrow(message);
  });

  test.each([
    [
      "that JSON would change",
      { declared: { context: { watts: Infinity } } },
      /must be plain JSON, but context\.watts is Infinity/,
    ],
    [
      "that is not the input",
      { config: { context: { watts: 6 } } },
      /the machine's context must be its input and nothing else/,
    ],
  ])("a context %s is refused", (_what, changed, message) => {
    expect(() => load(changed)).toThrow(message);
  });
});

describe("plain JSON", () => {
  test("is null, text, truth, finite numbers, arrays and plain objects", () => {
    expect(findUnplain({ a: [null, "x", true, 1.5, { b: [] }] }, "it")).toBeNull();
  });

  const loop: { self?: object } = {};
  loop.self = loop;
  test.each([
    [{ a: { b: Number.NaN } }, "it.a.b is NaN"],
    [{ a: [1, undefined] }, "it.a.1 is of type undefined"],
    [{ at: new Map() }, "it.at is not a plain object"],
    [{ at: new Date(0) }, "it.at is not a plain object"],
    [{ f: yes }, "it.f is of type function"],
    [{ n: 1n }, "it.n is of type bigint"],
    [loop, `it${".self".repeat(16)} is nested deeper than 16 levels`],
  ])("is not %o", (value, found) => {
    expect(findUnplain(value, "it")).toBe(found);
  });
});
