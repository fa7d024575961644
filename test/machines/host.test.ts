import { describe, expect, test } from "vitest";
import { setup } from "xstate";
import { FINAL, hostLifecycle, typesOf } from "../../machines/host.ts";

type DoorStatus = "closed" | "open" | "gone";
type DoorContext = { readonly locked: boolean };
type DoorEvent =
  | { readonly type: "OPEN"; readonly withKey: boolean }
  | { readonly type: "CLOSE" }
  | { readonly type: "REMOVE" };

const door = setup({
  types: typesOf<{ context: DoorContext; events: DoorEvent; input: DoorContext; tags: typeof FINAL }>(),
  guards: {
    passable: ({ context, event }) => !context.locked || (event.type === "OPEN" && event.withKey),
    stuck: ({ context }) => {
      if (context.locked === null) throw new Error("the lock is gone");
      return false;
    },
  },
}).createMachine({
  id: "door",
  context: ({ input }) => ({ ...input }),
  initial: "closed",
  states: {
    closed: {
      on: {
        OPEN: { target: "open", guard: "passable" },
        REMOVE: [{ target: "closed", guard: "stuck" }, { target: "gone" }],
      },
    },
    open: { on: { CLOSE: { target: "closed" } } },
    gone: { tags: [FINAL], on: { CLOSE: { target: "closed" } } },
  },
});

const doorLifecycle = hostLifecycle<DoorStatus, DoorContext, DoorEvent>({
  name: "door",
  machine: door,
  states: ["closed", "open", "gone"],
  events: { OPEN: { type: "OPEN", withKey: false }, CLOSE: { type: "CLOSE" }, REMOVE: { type: "REMOVE" } },
  context: { locked: false },
});

describe("a hosted lifecycle", () => {
  test("names the next state, as its guards see event and context", () => {
    const unlocked = { locked: false };
    expect(doorLifecycle.step("closed", { type: "OPEN", withKey: false }, unlocked)).toBe("open");
    expect(doorLifecycle.step("closed", { type: "OPEN", withKey: true }, { locked: true })).toBe("open");
    expect(doorLifecycle.step("closed", { type: "REMOVE" }, unlocked)).toBe("gone");
  });

  test("answers null to what a guard or a state refuses, and to words it has never heard", () => {
    expect(doorLifecycle.step("closed", { type: "OPEN", withKey: false }, { locked: true })).toBeNull();
    expect(doorLifecycle.step("open", { type: "REMOVE" }, { locked: false })).toBeNull();
    expect(
      doorLifecycle.step("open", { type: "constructor" } as unknown as DoorEvent, { locked: false }),
    ).toBeNull();
    expect(doorLifecycle.step("ajar" as DoorStatus, { type: "CLOSE" }, { locked: false })).toBeNull();
  });

  test("lets a guard's exception out: the turn is poisoned, not the answer", () => {
    const broken = { locked: null } as unknown as DoorContext;
    expect(() => doorLifecycle.step("closed", { type: "REMOVE" }, broken)).toThrow("the lock is gone");
  });

  test("lists what it would accept now, in the order in which the events are declared", () => {
    expect(doorLifecycle.events).toEqual(["OPEN", "CLOSE", "REMOVE"]);
    expect(doorLifecycle.allowed("closed", { locked: false })).toEqual(["OPEN", "REMOVE"]);
    expect(doorLifecycle.allowed("closed", { locked: true })).toEqual(["REMOVE"]);
  });

  test("is final where it is marked so, even if it can be left", () => {
    expect(doorLifecycle.states.filter((state) => doorLifecycle.isFinal(state))).toEqual(["gone"]);
  });

  test("starts where the machine does", () => {
    expect(doorLifecycle.initial).toBe("closed");
  });
});
