import { describe, expect, test } from "vitest";
import { setup } from "xstate";
import { hostLifecycle, typesOf } from "../../machines/host.ts";
import { snapshotCodec, type Migrations } from "../../machines/host-snapshot.ts";

type LampContext = { readonly watts: number };
type LampEvent = { readonly type: "FLIP" } | { readonly type: "BREAK" };

const machine = setup({
  types: typesOf<{ context: LampContext; events: LampEvent; input: LampContext }>(),
}).createMachine({
  id: "lamp",
  context: ({ input }) => ({ ...input }),
  initial: "off",
  states: {
    off: { on: { FLIP: { target: "on" } } },
    on: { on: { FLIP: { target: "off" }, BREAK: { target: "broken" } } },
    broken: { type: "final" },
  },
});

/** The lamp's lifecycle in its third version. Version 1 said "lit" for on, version 2 had no watts. */
const lamp = hostLifecycle<"off" | "on" | "broken", LampContext, LampEvent>({
  name: "lamp",
  version: 3,
  machine,
  states: ["off", "on", "broken"],
  events: { FLIP: { type: "FLIP" }, BREAK: { type: "BREAK" } },
  context: { watts: 5 },
});

const isContext = (context: unknown): context is LampContext =>
  typeof (context as Partial<LampContext>).watts === "number";

const migrations: Migrations = {
  1: ({ value, context }) => ({ value: value === "lit" ? "on" : value, context }),
  2: ({ value }) => ({ value, context: { watts: 5 } }),
};

const codec = snapshotCodec(lamp, { isContext, migrations });
const stored = { machine: "lamp", version: 3, value: "on", context: { watts: 7 }, status: "active" };

describe("a stored state", () => {
  test("of something new is the initial one", () => {
    expect(codec.init({ watts: 7 })).toEqual({ ...stored, value: "off" });
  });

  test("says which machine and version wrote it, and whether the lifecycle is over", () => {
    expect(codec.encode("on", { watts: 7 })).toEqual(stored);
    expect(codec.encode("broken", { watts: 7 }).status).toBe("done");
  });

  test("comes back as it was, through JSON", () => {
    for (const value of lamp.states) {
      const written = codec.encode(value, { watts: 7 });
      expect(codec.decode(JSON.parse(JSON.stringify(written)))).toEqual(written);
    }
  });

  test("is not written when JSON would change it", () => {
    expect(() => codec.encode("on", { watts: Number.NaN })).toThrow(
      'lifecycle "lamp": cannot be stored, context.watts is NaN',
    );
  });

  test("of an older version is brought up step by step", () => {
    expect(codec.decode({ ...stored, version: 1, value: "lit", context: {} })).toEqual({
      ...stored,
      context: { watts: 5 },
    });
    expect(codec.decode({ ...stored, version: 2, value: "broken", context: {} })).toEqual({
      ...stored,
      value: "broken",
      context: { watts: 5 },
      status: "done",
    });
  });

  test.each([
    ["null", null, "is not a snapshot"],
    ["a text", "on", "is not a snapshot"],
    ["without a machine", { ...stored, machine: undefined }, "is not a snapshot"],
    ["without a value", { ...stored, value: { on: "dim" } }, "is not a snapshot"],
    ["without a version", { ...stored, version: "3" }, "is not a snapshot"],
    ["without a context", { ...stored, context: 5 }, "is not a snapshot"],
    ["with a null context", { ...stored, context: null }, "is not a snapshot"],
    ["of another machine", { ...stored, machine: "door" }, 'was written by the machine "door"'],
    [
      "of a newer version",
      { ...stored, version: 4 },
      "was written by version 4; this Hopper knows it up to 3",
    ],
    ["of a version too old", { ...stored, version: 0 }, "is of version 0, which no migration leaves"],
    ["in an unknown state", { ...stored, value: "lit" }, 'names the state "lit", which it does not have'],
    ["with a wrong context", { ...stored, context: {} }, "has a context that does not fit: {}"],
  ])("%s is refused as damage", (_what, read, message) => {
    expect(() => codec.decode(read)).toThrow(
      expect.objectContaining({ code: "store_damaged", message: `a stored state of "lamp" ${message}` }),
    );
  });

  test("needs no migrations while there is one version", () => {
    const plain = snapshotCodec(lamp, { isContext });
    expect(plain.decode(stored)).toEqual(stored);
    expect(() => plain.decode({ ...stored, version: 2 })).toThrow("no migration leaves");
  });
});
