import { describe, expect, it } from "vitest";
import {
  refuseAcceptance,
  waitsForPerson,
  whyNotAccept,
  type Target,
} from "../../machines/policies/acceptance.ts";
import { limitOf, roomOf } from "../../machines/policies/capacity.ts";
import { isUndecided, mayGoAway } from "../../machines/policies/departure.ts";
import { afterFailure, givesUp } from "../../machines/policies/failure.ts";
import {
  awaitedBeside,
  awaitedBy,
  endsByNews,
  movedBy,
  type Awaited,
  type Held,
  type News,
} from "../../machines/policies/held.ts";
import { globalBehavior } from "../../machines/scopes/global.ts";
import { projectBehavior } from "../../machines/scopes/project.ts";
import {
  federatedBehavior,
  orchestrationBehavior,
  personalBehavior,
} from "../../machines/scopes/unrouted.ts";
import type { Decision } from "../../machines/messages/decision.ts";
import type { Delegation } from "../../machines/records/delegation.ts";
import type { InstanceStatus } from "../../machines/records/instance.ts";
import type { HeldReason, Task } from "../../machines/records/task.ts";
import { DEFAULT_SETTINGS, effectiveConfig, type EffectiveConfig } from "../../machines/settings.ts";
import { givenHop, givenInstance, givenTask } from "../support/store-given.ts";

const CONFIG = effectiveConfig(givenInstance(2, { config: {} }), DEFAULT_SETTINGS);

describe("room", () => {
  const config = { maxConcurrent: 2, maxQueued: 3 };

  it.each([
    ["of a PROJECT counts its held tasks too", "PROJECT", 1],
    ["of an ORCHESTRATION does not", "ORCHESTRATION", 3],
    ["of GLOBAL has no end", "GLOBAL", Number.MAX_SAFE_INTEGER],
  ] as const)("%s", (_title, scope, expected) => {
    expect(roomOf(scope, config, { queued: 1, claimed: 1, held: 2 })).toBe(expected);
  });

  it("is never less than none", () => {
    expect(limitOf(config)).toBe(5);
    expect(roomOf("PROJECT", config, { queued: 9, claimed: 2, held: 0 })).toBe(0);
  });
});

describe("an offer", () => {
  const target = (status: InstanceStatus, config: Partial<EffectiveConfig> = {}, room = 5): Target => ({
    instance: { name: "build", status },
    config: { ...CONFIG, maxConcurrent: 2, maxQueued: 3, ...config },
    room,
  });

  it.each([
    ["a running target with room", target("running"), [], null],
    ["a terminated one", target("terminated"), [], { code: "terminated", text: null }],
    ["a paused one", target("paused"), [], { code: "not_running", text: "build is paused" }],
    ["a full one", target("running", {}, 0), [], { code: "at_capacity", text: "at capacity (5/5)" }],
    [
      "a strict one that lacks a capability",
      target("running", { strictCapabilities: true, capabilities: ["React"] }),
      ["react", "node"],
      { code: "capability_mismatch", text: "lacks node" },
    ],
    ["one that is not strict", target("running", { capabilities: ["react"] }), ["node"], null],
  ] as const)("to %s", (_title, to, tags, expected) => {
    expect(whyNotAccept(to, tags)).toEqual(expected);
  });

  it("is accepted by a person where the target runs and has room", () => {
    expect(refuseAcceptance(target("running"))).toBeNull();
    expect(refuseAcceptance(target("stopping"))?.code).toBe("instance_not_running");
    expect(refuseAcceptance(target("running", {}, 0))?.detail).toBe("build is at capacity (5/5).");
  });

  it("waits for a person as who made it and the target's configuration say", () => {
    const waits = (["routed", "caller", "forced"] as const).map((kind) =>
      ([null, "auto", "manual"] as const).map((acceptance) => waitsForPerson(kind, acceptance)),
    );
    expect(waits).toEqual([
      [false, false, true],
      [true, false, true],
      [false, false, false],
    ]);
  });
});

describe("a task", () => {
  const task = (over: Partial<Task>): Task => ({
    ...givenTask(1),
    heldReason: null,
    pendingHop: null,
    ...over,
  });

  it("may go away while it is open, not blocked and not on offer", () => {
    expect(mayGoAway(task({ status: "claimed" }))).toBe(true);
    expect(mayGoAway(task({ status: "blocked" }))).toBe(false);
    expect(mayGoAway(task({ status: "done" }))).toBe(false);
    expect(mayGoAway(task({ status: "pending", pendingHop: 3 }))).toBe(false);
  });

  it("is undecided while nobody has said what becomes of it", () => {
    const undecided = { status: "pending", waitsFor: [] } as const;
    expect(isUndecided(task({ ...undecided, waitsFor: [] }))).toBe(true);
    expect(isUndecided(task({ ...undecided, waitsFor: [], heldReason: "manual" }))).toBe(false);
    // The message that would have decided it failed, and comes again.
    expect(isUndecided(task({ ...undecided, waitsFor: [], heldReason: "message_failed" }))).toBe(true);
    expect(isUndecided(task({ ...undecided, waitsFor: [2] }))).toBe(false);
  });
});

describe("a held task", () => {
  const GLOBAL = globalBehavior;
  const PROJECT = projectBehavior;

  it.each<[string, Awaited, Partial<Held>, Partial<Held["task"]>]>([
    ["its instance", "running", { isRunning: false }, { heldReason: "instance_not_running" }],
    [
      "the child it names to run",
      "child:web",
      { behavior: GLOBAL },
      { heldReason: "instance_not_running", project: "web" },
    ],
    [
      "the child it names to be there",
      "child:web",
      { behavior: GLOBAL },
      { heldReason: "no_route", project: "web" },
    ],
    [
      "room at the child it names, also after a restart",
      "child:web",
      { behavior: GLOBAL, isDecided: false },
      { project: "web" },
    ],
    ["room at any child", "room", {}, {}],
    ["room, where after a restart nobody knows whose", "unsure", { isDecided: false }, {}],
    ["any child that runs", "child", {}, { heldReason: "no_route" }],
    ["a child that fits", "match", { unmatched: "hold" }, { heldReason: "no_route" }],
    ["room in its own queue", "own room", { behavior: orchestrationBehavior, isDecided: false }, {}],
    ["room on a person's list", "own room", { behavior: personalBehavior }, {}],
    [
      "nothing that another Hopper would say yet",
      "child",
      { behavior: federatedBehavior },
      { heldReason: "no_route" },
    ],
    ["who knows what, by a behavior from outside", "anything", { behavior: {} }, {}],
    [
      "who knows what, for a child that does not run",
      "anything",
      { behavior: {} },
      { heldReason: "instance_not_running" },
    ],
  ])("waits for %s", (_what, expected, more, about) => {
    const held = { isRunning: true, behavior: PROJECT, unmatched: "load", isDecided: true, ...more } as const;
    expect(awaitedBy({ ...held, task: { heldReason: "no_capacity", project: null, ...about } })).toBe(
      expected,
    );
  });

  it.each<[News, Awaited[], Awaited[]]>([
    [
      { kind: "child", name: "web", room: 1 },
      ["child", "room", "own room", "child:web"],
      ["child:api", "running"],
    ],
    [
      { kind: "room", name: "web", room: 1 },
      ["room", "match", "child:web"],
      ["child", "own room", "child:api"],
    ],
    [{ kind: "gone" }, ["room", "anything"], ["child", "child:web", "own room"]],
  ])("is moved by %o", (news, moved, left) => {
    expect(movedBy(news)).toEqual(expect.arrayContaining([...moved, "unsure"]));
    for (const one of [...left, "person"] as Awaited[]) expect(movedBy(news)).not.toContain(one);
  });

  it.each<[Awaited, Awaited]>([
    ["own room", "anything"],
    ["unsure", "room"],
    ["child:web", "child:web"],
    ["person", "person"],
  ])("%s waits, where it is not for room of its own, for %s", (awaited, expected) => {
    expect(awaitedBeside(awaited)).toBe(expected);
  });

  it.each<[HeldReason | null, boolean]>([
    ["no_route", true],
    ["no_capacity", true],
    ["instance_not_running", true],
    ["manual", false],
    ["rejected", false],
    ["awaiting_acceptance", false],
    ["message_failed", false],
    [null, false],
  ])("for %s waits for news: %s", (reason, expected) => {
    expect(endsByNews(reason)).toBe(expected);
  });

  it("is moved by its instance that runs again, whatever it waits for", () => {
    expect(movedBy({ kind: "running" })).toBeNull();
  });
});

describe("after a failure for good", () => {
  const hop = (over: Partial<Delegation>): Delegation => ({
    ...givenHop(3),
    status: "accepted",
    type: "route",
    source: 1,
    ...over,
  });

  it.each([
    ["propagate fails there", "propagate", 1, hop({}), { kind: "fails" }],
    ["reassign returns it", "reassign", 1, hop({}), { kind: "returns", why: "reassigned" }],
    ["escalate returns it to the parent", "escalate", 1, hop({}), { kind: "returns", why: "escalated" }],
    ["escalate climbs past a sibling", "escalate", 9, hop({ source: 4 }), { kind: "climbs", parent: 9 }],
    [
      "what came by an escalation climbs",
      "reassign",
      9,
      hop({ type: "escalate" }),
      { kind: "climbs", parent: 9 },
    ],
    ["what was created there climbs", "reassign", 9, undefined, { kind: "climbs", parent: 9 }],
    ["at a root it fails", "escalate", null, undefined, { kind: "fails" }],
  ] as const)("%s", (_title, onFailure, parent, over, expected) => {
    expect(afterFailure({ onFailure, parent, hop: over })).toMatchObject(expected);
  });

  it("who passes it on gives up once nobody is left to try it", () => {
    const failed: Task = { ...givenTask(1), firstError: { code: "x", message: "y" } };
    const decision = (action: Decision["action"], held: Decision["held"] = null): Decision => ({
      action,
      held,
      reason: "",
      instance: 1,
      target: null,
      rule: null,
      unmatched: false,
      routingRound: 1,
      candidates: [],
    });
    expect(givesUp({ ...failed, firstError: null }, decision("hold"), undefined)).toBe(false);
    expect(givesUp(failed, decision("hold", "message_failed"), undefined)).toBe(false);
    expect(givesUp(failed, decision("hold", "instance_not_running"), undefined)).toBe(false);
    expect(givesUp(failed, decision("handle"), undefined)).toBe(true);
    expect(givesUp(failed, decision("delegate"), undefined)).toBe(false);
    expect(givesUp(failed, decision("handle"), "route")).toBe(false);
    expect(givesUp(failed, decision("hold", "no_route"), "escalate")).toBe(true);
    expect(givesUp(failed, decision("handle"), "escalate")).toBe(false);
  });
});
