import { describe, expect, test } from "vitest";
import type { Decision } from "../../machines/messages/decision.ts";
import type { RoutableTask } from "../../machines/routing/routable-task.ts";
import type { RoutingView, ScopeBehavior } from "../../machines/scopes/behavior.ts";
import { contained } from "../../machines/scopes/contained.ts";
import { handle } from "../../machines/scopes/decisions.ts";
import { child, task, view } from "../support/routing-given.ts";

const BUILD = child(2, "build", { scope: "ORCHESTRATION", capabilities: ["ci"] });

/** What comes of it where a behavior of one's own returns this. */
function decided(given: (seen: RoutingView, task: RoutableTask) => unknown) {
  const behavior = contained({ name: "mine", decide: given as ScopeBehavior["decide"] });
  return behavior.decide(view("PROJECT", [BUILD]), task({ routingRound: 4 }));
}

describe("a decision from outside", () => {
  test.each([
    ["undefined", () => undefined, "it returned undefined"],
    ["a text", () => "handle", "it returned handle"],
    ["a hold without a reason", () => ({ action: "hold", candidates: [] }), "undefined, which is no reason"],
    ["no candidates", () => ({ action: "create", reason: "x" }), "candidates are no list"],
    [
      "a terminated child",
      () => ({ action: "delegate", target: 3, candidates: [] }),
      "its target 3 is no child",
    ],
  ])("with %s holds the task for a person and says why", (_what, given, reason) => {
    expect(decided(given)).toMatchObject({
      action: "hold",
      held: "message_failed",
      reason: expect.stringContaining(reason) as unknown,
      routingRound: 4,
    });
  });

  const cyclic: Record<string, unknown> = {
    instance: 2,
    tags: 0,
    textScore: null,
    load: 0,
    rank: 1,
    lostBecause: null,
  };
  test.each([
    ["that is nothing", null, "its candidate undefined is no child"],
    ["that is no child", { ...cyclic, instance: 999 }, "its candidate 999 is no child"],
    ["with a load that is no number", { ...cyclic, load: 1n }, "has no figures"],
    ["with a reason that there is not", { ...cyclic, lostBecause: "ugly" }, "or no reason that there is"],
  ])("with a candidate %s holds the task", (_what, candidate, reason) => {
    const given = { action: "delegate", target: 2, reason: "x", candidates: [candidate] };
    expect(decided(() => given)).toMatchObject({
      held: "message_failed",
      reason: expect.stringContaining(reason) as unknown,
    });
  });

  test("keeps of a candidate what it is made of", () => {
    cyclic["self"] = cyclic;
    const given = { action: "delegate", target: 2, reason: "x", candidates: [cyclic] };
    const { self: _self, ...candidate } = cyclic;
    expect(decided(() => given).candidates).toEqual([candidate]);
  });

  test.each([
    ["running", "no_capacity"],
    ["paused", "instance_not_running"],
  ] as const)("for a child that is %s and has refused waits for news of it", (status, held) => {
    const stubborn = contained({
      name: "stubborn",
      decide: () => ({ action: "delegate", target: 2, reason: "x", candidates: [] }) as unknown as Decision,
    });
    const build = child(2, "build", { scope: "ORCHESTRATION", status });
    const asked = task({ refusedBy: [2] });
    expect(stubborn.decide(view("PROJECT", [build]), asked)).toMatchObject({
      action: "hold",
      held,
      reason: "build was chosen again and has refused it",
    });
  });

  test("keeps what it is made of, and nothing that is not its own", () => {
    const given = {
      action: "delegate",
      target: 2,
      reason: "x",
      candidates: [],
      routingRound: 9,
      instance: 7,
      more: 1,
    };
    expect(decided(() => given)).toEqual({
      action: "delegate",
      target: 2,
      reason: "x",
      instance: 1,
      held: null,
      rule: null,
      unmatched: false,
      routingRound: 4,
      candidates: [],
    });
    expect(decided(() => ({ ...given, action: "hold", held: "manual", unmatched: true }))).toMatchObject({
      target: null,
      held: "manual",
      unmatched: true,
    });
  });
});

const BARE: unknown = Object.create(null);
const SILENT = Object.assign(new Error("x"), { message: Symbol("x") });

test.each([
  ["an object without words", BARE],
  ["an error whose message is a symbol", SILENT],
])("%s that is thrown holds the task", (_what, thrown) => {
  const reason = expect.stringMatching(/^the behavior mine failed: /) as unknown;
  expect(
    decided(() => {
      throw thrown;
    }),
  ).toMatchObject({ held: "message_failed", reason });
});

test("a promise that is returned and rejects is nobody's concern", async () => {
  expect(decided(() => Promise.reject(new Error("late")))).toMatchObject({ held: "message_failed" });
  await new Promise(setImmediate);
});

test.each([
  ["children", "children"],
  ["own room", "own room"],
  [{ child: "build" }, { child: "build" }],
  ["everybody", undefined],
  [null, undefined],
  [{ child: 2 }, undefined],
] as const)("where it says that a task waits for %j, that is %j", (said, known) => {
  const decide = (): never => {
    throw new Error("not asked");
  };
  const waitsFor = () => said as "children";
  expect(contained({ name: "mine", decide, waitsFor }).waitsFor?.({ project: null })).toEqual(known);
  expect(contained({ name: "mine", decide, waitsFor: decide }).waitsFor?.({ project: null })).toBeUndefined();
  expect(contained({ name: "mine", decide }).waitsFor?.({ project: null })).toBeUndefined();
});

test("where it promises to say so later, that is nothing, and what becomes of it ends no process", async () => {
  const waitsFor = (async () => await Promise.reject(new Error("later"))) as unknown as () => "children";
  const decide = (): never => {
    throw new Error("not asked");
  };
  expect(contained({ name: "mine", decide, waitsFor }).waitsFor?.({ project: null })).toBeUndefined();
  await new Promise(setImmediate);
});

test("what a behavior is shown reads as what it is, entry by entry", () => {
  const seen: unknown[] = [];
  const given = view("PROJECT", [BUILD]);
  contained({
    name: "looker",
    decide(shown, asked) {
      const { roster, text } = shown;
      const each: unknown[] = [];
      roster.forEach((entry, no, all) => each.push([no, entry, all === roster]));
      seen.push(
        shown.instance,
        shown.config,
        [roster.size, roster.has(2), roster.has(3), roster.get(3), roster.get(2)],
        [...roster.keys(), ...roster.values(), ...roster.entries(), ...roster],
        [...roster.standing("open")].map(([scope, children]) => [scope, [...children.values()]]),
        [roster.named("build"), roster.named("nobody")],
        each,
        [...text.scores("the ci", null)],
        text.words("the ci", null, 2),
        asked,
      );
      return handle(shown, asked, "seen");
    },
  }).decide(given, task());
  expect(seen).toEqual([
    given.instance,
    given.config,
    [1, true, false, undefined, BUILD],
    [2, BUILD, [2, BUILD], [2, BUILD]],
    [[BUILD.scope, [BUILD]]],
    [given.roster.named("build"), undefined],
    [[2, BUILD, true]],
    [...given.text.scores("the ci", null)],
    given.text.words("the ci", null, 2),
    task(),
  ]);
});
