import { describe, expect, it } from "vitest";
import { Auditor } from "../../actors/engine/auditor.ts";
import { protocol } from "../../actors/handlers/protocol.ts";
import { silentLog } from "../../src/environment/real.ts";
import type { SpawnedHopper } from "../../src/testing/index.ts";
import { internalsOf } from "../../src/verbs/internals.ts";
import type { SqliteStore } from "../../store/dialects/sqlite/sqlite-store.ts";
import { spawnFaulty } from "../support/answers.ts";
import { crashAndRestart, spawnTree, statusOf, tree } from "../support/spawned.ts";

/** What is in the store is changed behind everybody's back, and Hopper comes back from it. */
async function tampered(h: SpawnedHopper, sql: string): Promise<void> {
  (h.store as SqliteStore).database.exec(sql);
  await crashAndRestart(h);
}

/** The checks that find something. */
async function broken(h: SpawnedHopper): Promise<string[]> {
  const findings = await h.hopper.doctor();
  return findings.flatMap(({ check, broken }) => broken.map((line) => `${check}: ${line}`));
}

/** One round of the auditor, and all that comes of it. */
async function audit(h: SpawnedHopper): Promise<number> {
  const found = await internalsOf(h.hopper).audit();
  await h.settle();
  return found;
}

describe("an instance that nothing brings on", () => {
  it("given the second half of its start was lost, then the auditor has it run", async () => {
    const h = await spawnTree([tree()]);
    await tampered(
      h,
      "UPDATE instance SET status = 2 WHERE name = 'build'; UPDATE roster SET status = 2 WHERE name = 'build'",
    );
    expect(await broken(h)).toContainEqual("I6: I-3 stays starting");
    expect(await audit(h)).toBe(1);
    expect((await h.instances.get("build")).status).toBe("running");
    expect(await audit(h)).toBe(0);
  });

  it("given the cascade's word to a child was lost, then the auditor has it end", async () => {
    const h = await spawnTree([tree()]);
    await tampered(
      h,
      "UPDATE instance SET status = 5, intent = 2 WHERE name = 'webapp'; UPDATE roster SET status = 5 WHERE name = 'webapp'",
    );
    expect(await broken(h)).toContainEqual("I6: I-2 stays stopping");
    expect(await audit(h)).toBe(1);
    expect(
      (await h.instances.list({ status: ["terminated"] })).items.map(({ name }) => name).toSorted(),
    ).toEqual(["build", "webapp"]);
  });

  it("given a drain that was not noticed to be over, then the auditor has it stopped", async () => {
    const h = await spawnTree([tree()]);
    await tampered(
      h,
      "UPDATE instance SET status = 5 WHERE name = 'build'; UPDATE roster SET status = 5 WHERE name = 'build'",
    );
    expect(await audit(h)).toBe(1);
    expect((await h.instances.get("build")).status).toBe("stopped");
    expect(await broken(h)).not.toContainEqual(expect.stringMatching(/^I[56]/));
  });
});

describe("what the runtime says by itself", () => {
  it("given its batch found the disk full, then it is said again when there is room", async () => {
    const { h, fail } = await spawnFaulty([tree()]);
    await tampered(h, "UPDATE roster SET status = 4 WHERE name = 'build'");
    fail(1, { when: "before", kind: "full" });
    expect(await internalsOf(h.hopper).audit()).toBe(1);
    await h.settle();
    await h.settle();
    expect(await broken(h)).toEqual([]);
  });
});

describe("a roster that is stale", () => {
  it.each([
    [
      "says of a child that it is paused",
      "UPDATE roster SET status = 4 WHERE name = 'build'",
      "I5: I-2 takes I-3 for paused, which is running",
    ],
    [
      "has missed news",
      "UPDATE roster SET child_version = 1 WHERE name = 'build'",
      "I5: I-2 has missed news of I-3",
    ],
    [
      "calls a child by another name",
      "UPDATE roster SET name = 'other' WHERE name = 'build'",
      "I5: I-2 has missed news of I-3",
    ],
    [
      "takes a child for one of another scope",
      "UPDATE roster SET scope = 4 WHERE name = 'build'",
      "I5: I-2 has missed news of I-3",
    ],
    ["has lost a child", "DELETE FROM roster WHERE name = 'build'", "I5: I-2 does not know of I-3"],
    [
      "takes a child for full that has nothing to do",
      "UPDATE roster SET room = 0 WHERE name = 'build'",
      "I5: I-2 has missed news of I-3",
    ],
  ])("since it %s, is found by doctor and set right by the auditor", async (_what, sql, line) => {
    const h = await spawnTree([tree()]);
    await tampered(h, sql);
    expect(await broken(h)).toEqual([line]);
    expect(await audit(h)).toBe(1);
    const { id } = await h.tasks.add({ title: "One", instanceId: "webapp" });
    expect(await statusOf(h, id)).toBe("queued@build");
    expect(await broken(h)).toEqual([]);
    expect(await audit(h)).toBe(0);
  });
});

describe("the auditor", () => {
  it("given everything is under way, then it finds nothing to do, and starts and stops at any time", async () => {
    const h = await spawnTree([tree()]);
    await h.tasks.add({ title: "One" });
    await h.settle();
    const asked: unknown[] = [];
    const system = { post: (message: unknown) => void asked.push(message) } as never;
    const { clock } = h;
    const auditor = new Auditor({ system, store: h.store, clock, log: silentLog, protocol });
    expect(await auditor.tick()).toBe(0);
    auditor.stop();
    auditor.start();
    auditor.start();
    auditor.stop();
    auditor.stop();
    const stuck = {
      ...h.store,
      queries: { ...h.store.queries, stuck: () => [{ task: 1, keeper: 3 }] },
    };
    expect(await new Auditor({ system, store: stuck, clock, log: silentLog, protocol }).tick()).toBe(1);
    expect(asked).toEqual([{ to: 3, message: { type: "task.audit", task: 1 } }]);
  });

  it("given a day has passed, then it forgets idempotency keys, and not before", async () => {
    const h = await spawnTree([]);
    const { clock, store } = h;
    const auditor = new Auditor({ system: {} as never, store, clock, log: silentLog, protocol });
    const add = { title: "One", idempotencyKey: "k" };
    await h.tasks.add(add);
    await h.advance("24h");
    await auditor.tick();
    expect((await h.tasks.add(add)).ref).toBe("T-1");
    await h.advance("1s");
    await auditor.tick();
    expect(await store.commandByKey("library", "k")).toBeNull();
    expect((await h.tasks.add(add)).ref).toBe("T-2");
  });

  it("given it has just been started, then it forgets old keys at once: a process may end before its first round", async () => {
    const h = await spawnTree([]);
    const { clock, store } = h;
    const auditor = new Auditor({ system: {} as never, store, clock, log: silentLog, protocol });
    await h.tasks.add({ title: "One", idempotencyKey: "k" });
    await h.advance("25h");
    auditor.start();
    await new Promise(setImmediate);
    auditor.stop();
    expect(await store.commandByKey("library", "k")).toBeNull();
  });

  it("given there are more keys than it forgets at once, then it goes on until the last, and not after its stop", async () => {
    const h = await spawnTree([]);
    const { clock } = h;
    const rounds: number[] = [];
    let left = 5_000;
    const store = {
      ...h.store,
      forgetKeys(_before: number, limit: number) {
        rounds.push(clock.now());
        const gone = Math.min(limit, left);
        left -= gone;
        return gone;
      },
    };
    const auditor = new Auditor({ system: {} as never, store, clock, log: silentLog, protocol });
    await auditor.tick();
    for (let round = 0; round < 5; round += 1) {
      clock.moveTo(clock.now() + 100);
      await new Promise(setImmediate);
    }
    expect([left, rounds.length]).toEqual([0, 3]);
    left = 5_000;
    await auditor.tick();
    auditor.stop();
    clock.moveTo(clock.now() + 1_000);
    await new Promise(setImmediate);
    expect(rounds).toHaveLength(4);
  });

  it("given it is stopped while it forgets, then it touches the store no more", async () => {
    const h = await spawnTree([]);
    const { clock } = h;
    const forgotten = Promise.withResolvers<number>();
    let touched = 0;
    const store = {
      ...h.store,
      forgetKeys() {
        touched += 1;
        return forgotten.promise as never;
      },
      get queries(): never {
        throw new Error("the store is closed");
      },
    };
    const auditor = new Auditor({ system: {} as never, store, clock, log: silentLog, protocol });
    const round = auditor.tick();
    auditor.stop();
    forgotten.resolve(2_000);
    expect(await round).toBe(0);
    clock.moveTo(clock.now() + 1_000);
    expect(touched).toBe(1);
  });

  it("given the store cannot be read, then it says so in the log and looks again the next time", async () => {
    const h = await spawnTree([]);
    const { clock } = h;
    const looks: number[] = [];
    const closed = {
      ...h.store,
      queries: {
        ...h.store.queries,
        stuck(): never {
          looks.push(clock.now());
          throw new Error("the database connection is not open");
        },
      },
    };
    const warned = Promise.withResolvers<string>();
    const log = { ...silentLog, warn: (_facts: object, text: string) => warned.resolve(text) };
    const auditor = new Auditor({ system: {} as never, store: closed, clock, log, protocol });
    auditor.start();
    clock.moveTo(clock.now() + 30_000);
    expect(await warned.promise).toBe("the auditor could not look");
    await new Promise(setImmediate);
    clock.moveTo(clock.now() + 30_000);
    await new Promise(setImmediate);
    auditor.stop();
    expect(looks).toHaveLength(2);
  });
});
