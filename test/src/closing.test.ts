import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createHopper, type Hopper } from "../../src/index.ts";
import { HopperError } from "../../machines/errors.ts";
import { openStore } from "../../store/open.ts";
import type { Store } from "../../store/store.ts";
import { silentLog, systemClock, systemIds } from "../../src/environment/real.ts";
import { faulty, type Fault } from "../support/faulty-store.ts";

/** global → webapp → build, all running by the real clock, on a store whose commits fail when they are told to. */
async function given() {
  const told: Error[] = [];
  let fault: Fault | null = null;
  const memory = await openStore({
    url: "sqlite::memory:",
    clock: systemClock,
    ids: { uuid: () => systemIds.uuid(0) },
  });
  const touched: string[] = [];
  const opened = noting(
    faulty(memory, () => fault),
    touched,
  );
  const onFatal = (error: Error): void => void told.push(error);
  const hopper = await createHopper({ opened, onFatal, log: silentLog });
  onTestFinished(() => hopper.close());
  const start = true;
  await hopper.instances.create({ name: "global", scope: "GLOBAL", start });
  await hopper.instances.create({ name: "webapp", scope: "PROJECT", parentId: "global", start });
  await hopper.instances.create({ name: "build", scope: "ORCHESTRATION", parentId: "webapp", start });
  return {
    hopper,
    told,
    touched,
    /** The next commit has an unknown fate. */
    breakStore: async () => {
      fault = { when: "before", kind: "io" };
      const refused = await codeOf(hopper.tasks.add({ title: "breaks" }));
      touched.length = 0;
      return refused;
    },
  };
}

/** Notes whatever is asked of a store. */
function noting(store: Store, touched: string[]): Store {
  const note = (of: object, prefix: string): object =>
    new Proxy(of, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (name === "queries") return note(value as object, "queries.");
        if (typeof value === "function") touched.push(`${prefix}${String(name)}`);
        return value;
      },
    });
  return note(store, "") as Store;
}

async function codeOf(verb: Promise<unknown>): Promise<unknown> {
  return await verb.then(
    (value) => ({ value }),
    (error: unknown) => (error instanceof HopperError ? error.code : error),
  );
}

/** Every wait that a user can be in, by name. */
const WAITS: Record<string, (hopper: Hopper, signal?: AbortSignal) => Promise<unknown>> = {
  "tasks.wait": async (hopper, signal) => await hopper.tasks.wait("T-1", { signal }),
  "tasks.wait with a timeout": async (hopper, signal) =>
    await hopper.tasks.wait("T-1", { timeoutMs: 60_000, signal }),
  "events that follow": async (hopper, signal) => {
    for await (const _event of hopper.events({ follow: true, signal }));
    return "ended";
  },
  "instances.claim": async (hopper, signal) =>
    await hopper.instances.claim("webapp", { workerId: "w", waitSeconds: 50, signal }),
  "instances.stop": async (hopper, signal) => await hopper.instances.stop("build", { signal }),
  "instances.restart": async (hopper, signal) => await hopper.instances.restart("build", { signal }),
};

/** A task that a worker has claimed at build, so that it cannot stop yet. */
async function holdBack(hopper: Hopper): Promise<void> {
  await hopper.tasks.add({ title: "long", instanceId: "build" });
  await hopper.settle();
  expect(await hopper.instances.claim("build", { workerId: "slow" })).toHaveLength(1);
}

/** Lets what was asked come to where it waits. */
async function underWay(hopper: Hopper): Promise<void> {
  for (let round = 0; round < 5; round += 1) {
    await hopper.stats();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

it("what was asked before the close, and what is asked until it is done, is draining; afterwards it is closed", async () => {
  const { hopper } = await given();
  const ask = (): Promise<unknown>[] => [
    codeOf(hopper.tasks.add({ title: "late" })),
    codeOf(hopper.tasks.add({ title: "late", idempotencyKey: "k" })),
    codeOf(hopper.instances.pause("build")),
  ];
  const before = ask();
  const closing = hopper.close();
  const during = ask();
  await closing;
  expect(new Set(await Promise.all([...before, ...during]))).toEqual(new Set(["draining"]));
  expect(new Set(await Promise.all(ask()))).toEqual(new Set(["unavailable"]));
});

describe.each(Object.entries(WAITS))("%s", (_name, wait) => {
  it("ends with draining when the Hopper is closed", async () => {
    const { hopper } = await given();
    await holdBack(hopper);
    const waiting = codeOf(wait(hopper));
    await underWay(hopper);
    await hopper.close();
    expect(await waiting).toBe("draining");
  });

  it("ends with unavailable when the store fails", async () => {
    const { hopper, breakStore } = await given();
    await holdBack(hopper);
    const waiting = codeOf(wait(hopper));
    await underWay(hopper);
    expect(await breakStore()).toBe("unavailable");
    expect(await waiting).toBe("unavailable");
  });

  it("ends with what a signal says, and the Hopper goes on", async () => {
    const { hopper } = await given();
    await holdBack(hopper);
    const caller = new AbortController();
    const waiting = codeOf(wait(hopper, caller.signal));
    await underWay(hopper);
    const reason = new Error("enough");
    caller.abort(reason);
    expect(await waiting).toBe(reason);
    expect(await codeOf(wait(hopper, caller.signal))).toBe(reason);
    expect((await hopper.tasks.add({ title: "next" })).ref).toBe("T-2");
  });

  it("refuses what is no signal", async () => {
    const { hopper } = await given();
    await holdBack(hopper);
    expect(await codeOf(wait(hopper, "now" as unknown as AbortSignal))).toBe("validation_failed");
  });
});

describe("an iterator of events that follows", () => {
  it("hears of what was committed between its last page and its wait", async () => {
    const { hopper } = await given();
    const events = hopper.events({ follow: true })[Symbol.asyncIterator]();
    const newest = (await hopper.instances.get("build")).version;
    expect(newest).toBeGreaterThan(0);
    let last = "";
    while (last !== "instance.running build") {
      const { value } = await events.next();
      const name =
        value?.instanceId === null ? "" : (await hopper.instances.get(String(value?.instanceId))).name;
      last = `${value?.event} ${name}`;
    }
    // The page is read, nobody waits yet.
    await hopper.tasks.add({ title: "meanwhile", instanceId: "build" });
    const heard = await Promise.race([
      events.next(),
      new Promise((resolve) => setTimeout(resolve, 2_000, "nothing")),
    ]);
    expect(heard).toMatchObject({ value: { event: "task.created" } });
    await events.return?.();
  });

  it.each([
    ["return", { done: true }],
    ["throw", new Error("enough")],
  ] as const)("ends by its %s while nothing happens", async (end, outcome) => {
    const { hopper } = await given();
    const events = hopper.events({ follow: true, since: "0" })[Symbol.asyncIterator]();
    while ((await events.next()).value?.event !== "instance.running");
    const idle = (async () => {
      for (;;) if ((await events.next()).done === true) return "done";
    })();
    await underWay(hopper);
    const ended = await events[end]?.(new Error("enough")).catch((error: unknown) => error);
    expect(ended).toMatchObject(outcome);
    expect(await idle).toBe("done");
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });
});

/** Each verb once, as a user would call it. */
function everyVerb(hopper: Hopper): [name: string, call: () => Promise<unknown>][] {
  const params = { title: "x", name: "x", scope: "GLOBAL", targetInstanceId: "build", instanceId: "build" };
  const verbs: [string, () => Promise<unknown>][] = [];
  for (const group of ["instances", "tasks", "delegations", "route", "deadLetters"] as const) {
    for (const [name, verb] of Object.entries(hopper[group]) as [string, (...args: unknown[]) => unknown][]) {
      verbs.push([
        `${group}.${name}`,
        async () => await verb(name === "list" || name === "add" ? params : "T-1", params),
      ]);
    }
  }
  return [
    ...verbs,
    ["stats", async () => await hopper.stats()],
    ["doctor", async () => await hopper.doctor()],
    ["settle", async () => await hopper.settle()],
    ["events", async () => await hopper.events()[Symbol.asyncIterator]().next()],
  ];
}

describe("every verb", () => {
  it("answers unavailable once the Hopper is closed", async () => {
    const { hopper } = await given();
    await hopper.tasks.add({ title: "one" });
    await hopper.close();
    for (const [name, call] of everyVerb(hopper))
      expect([name, await codeOf(call())]).toEqual([name, "unavailable"]);
  });

  it("answers the same error once the store has failed, and nothing touches the store any more", async () => {
    const { hopper, breakStore, told, touched } = await given();
    await hopper.tasks.add({ title: "one" });
    await breakStore();
    const said = new Set<string>();
    for (const [name, call] of everyVerb(hopper)) {
      const error = await call().then(
        () => null,
        (thrown: unknown) => thrown,
      );
      expect([name, error]).toEqual([
        name,
        expect.objectContaining({ name: "HopperError", code: "unavailable" }),
      ]);
      said.add((error as HopperError).detail);
    }
    expect([...said]).toEqual([expect.stringContaining("planned fault")]);
    expect(told).toEqual([expect.objectContaining({ code: "unavailable" })]);
    await hopper.close();
    await hopper.close();
    // It is let go of, and not closed: closing would write what an fsync has refused.
    expect(touched).toEqual(["abandon"]);
  });
});

describe("a worker", () => {
  it("is let go of with a store that has failed: nobody waits for what cannot report any more", async () => {
    const { hopper, breakStore } = await given();
    await hopper.tasks.add({ title: "long", instanceId: "build" });
    const { promise: begun, resolve: begins } = Promise.withResolvers<AbortSignal>();
    const worker = await hopper.work(
      "build",
      { workerId: "w", drainSeconds: 600 },
      async (_task, { signal }) => {
        begins(signal);
        await new Promise((_resolve, reject) =>
          signal.addEventListener("abort", () => reject(signal.reason)),
        );
      },
    );
    const signal = await begun;
    await breakStore();
    await hopper.close();
    await worker.done;
    expect(signal.aborted).toBe(true);
    expect(worker.running).toBe(0);
  });
});

describe("the auditor", () => {
  it("looks no more once the store has failed", async () => {
    const { hopper, breakStore, touched } = await given();
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    await breakStore();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(touched).toEqual([]);
    await hopper.close();
  });
});
