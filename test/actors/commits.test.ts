import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { silentLog, systemClock, systemIds } from "../../src/environment/real.ts";
import { createHopper } from "../../src/index.ts";
import { openStore } from "../../store/open.ts";
import { CommitError } from "../../store/store.ts";
import { layered } from "../support/layered-store.ts";
import { spawnFaulty } from "../support/answers.ts";
import {
  crashAndRestart,
  deadLettersOf,
  expectConsistent,
  expectSound,
  refusal,
  spawnTree,
  tree,
} from "../support/spawned.ts";

/** Every message but the first goes through the mailbox, and each turn is committed alone. */
const ONE_TURN = { limits: { turns: 1 } } as const;

describe("a commit that fails", () => {
  it("given no space, then it changes nothing, says so, and the next one goes on", async () => {
    const { h, fail } = await spawnFaulty([tree()]);
    fail(1, { when: "before", kind: "full" });
    await expect(h.tasks.add({ title: "One" })).rejects.toMatchObject({
      code: "storage_full",
      status: 503,
    });
    await expect(h.tasks.get("T-1")).rejects.toMatchObject({ code: "not_found" });
    expect((await h.tasks.add({ title: "Two" })).ref).toBe("T-1");
    await expectConsistent(h);
  });

  it("given the store is busy, then its caller is told to try again", async () => {
    const { h, fail } = await spawnFaulty([tree()]);
    fail(1, { when: "before", kind: "busy" });
    await expect(h.tasks.add({ title: "One" })).rejects.toMatchObject({ code: "unavailable" });
  });

  it("given a broken rule, then only the turn that broke it is lost", async () => {
    const { h, fail } = await spawnFaulty([tree()]);
    fail(1, { when: "before", kind: "constraint" });
    // The batch is run again, envelope by envelope: alone it passes.
    expect((await h.tasks.add({ title: "One" })).title).toBe("One");
    await h.settle();
    expect((await h.tasks.get("T-1")).status).toBe("queued");
    await expectConsistent(h);
  });

  it("given an unknown fate, then everything stops", async () => {
    const { h, fail } = await spawnFaulty([tree()]);
    fail(1, { when: "before", kind: "io" });
    await expect(h.tasks.add({ title: "One" })).rejects.toMatchObject({ code: "unavailable" });
    await expect(h.tasks.add({ title: "Two" })).rejects.toMatchObject({ code: "unavailable" });
    await h.close();
  });

  it("given two creations of one name, then the second hears that it is taken", async () => {
    const h = await spawnTree([]);
    const both = [1, 2].map(() => h.hopper.instances.create({ name: "twin", scope: "GLOBAL" }));
    const watched = Promise.allSettled(both);
    await h.settle();
    const ends = await watched;
    expect(ends.map((end) => end.status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(ends.find((end) => end.status === "rejected")).toMatchObject({
      reason: { code: "already_exists" },
    });
    await expectConsistent(h);
  });
});

describe("a turn whose rows the store refuses each time", () => {
  it.each([
    ["constraint", "illegal_transition"],
    ["unique", "already_exists"],
  ] as const)(
    "given a command (%s), then its caller hears which rule it broke, and nothing is there",
    async (kind, code) => {
      const { h, fail } = await spawnFaulty([tree()], ONE_TURN);
      fail(1, { when: "before", kind }, 2);
      await expect(h.tasks.add({ title: "Build" })).rejects.toMatchObject({
        code,
        facts: { rule: expect.stringContaining("planned fault") },
      });
      expect((await h.tasks.list()).items).toEqual([]);
      expect((await h.tasks.add({ title: "Build" })).ref).toBe("T-1");
      await expectSound(h);
    },
  );

  it("given the second part of a command, then its caller is answered, the part is a dead letter, and the first stands", async () => {
    const { h, fail } = await spawnFaulty([tree()], ONE_TURN);
    const creating = refusal(
      h.hopper.instances.create({ id: "id-shop", name: "shop", scope: "PROJECT", start: true }),
    );
    // The verb looks its names up before it hands its command over.
    await new Promise(setImmediate);
    const off = h.hopper.on("instance.created", () => {
      fail(1, { when: "before", kind: "constraint" }, 2);
    });
    await h.settle();
    expect(await creating).toBe("illegal_transition");
    off();
    expect(await deadLettersOf(h)).toEqual([["instance.command", null, "id-shop"]]);
    expect(await h.instances.get("shop")).toMatchObject({ status: "created" });
    expect(await h.instances.start("shop")).toMatchObject({ status: "running" });
  });

  it("given that not even this can be noted, then the loop stops, and begins again from what is stored", async () => {
    const { h, fail } = await spawnFaulty([tree()], ONE_TURN);
    fail(1, { when: "before", kind: "constraint" }, 4);
    // With a key even a refusal has to be stored.
    const asked = { title: "Build", idempotencyKey: "k" };
    expect(await refusal(h.tasks.add(asked))).toBe("unavailable");
    expect(await refusal(h.tasks.add({ title: "Other" }))).toBe("unavailable");
    await crashAndRestart(h);
    expect((await h.tasks.add(asked)).ref).toBe("T-1");
    await expectSound(h);
  });
});

describe("a loop whose store has no room", () => {
  it("given something is due, then it asks again once a second, and goes on when there is room", async () => {
    const folder = mkdtempSync(join(tmpdir(), "hopper-no-room-"));
    const opened = await openStore({
      url: `sqlite:${join(folder, "store.db")}`,
      clock: systemClock,
      ids: { uuid: () => systemIds.uuid(Date.now()) },
    });
    let [isFull, refused] = [false, 0];
    const store = layered(opened, {
      commit(commit) {
        if (!isFull) return opened.commit(commit);
        refused += 1;
        throw new CommitError("full", "no room");
      },
    });
    const hopper = await createHopper({ opened: store, log: silentLog });
    onTestFinished(async () => {
      await hopper.close();
      rmSync(folder, { recursive: true, force: true });
    });
    await hopper.instances.create({ name: "global", scope: "GLOBAL", start: true });
    const deadlineAt = new Date(Date.now() + 50).toISOString();
    const { id } = await hopper.tasks.add({ title: "Late", deadlineAt });
    isFull = true;
    await expect(hopper.tasks.add({ title: "More" })).rejects.toMatchObject({
      code: "storage_full",
      facts: { path: join(folder, "store.db"), retry_after: 1 },
    });
    const begin = performance.now();
    await vi.waitFor(() => expect(refused).toBeGreaterThan(2), { timeout: 10_000, interval: 50 });
    expect(performance.now() - begin).toBeGreaterThan(1_000);
    isFull = false;
    expect((await hopper.tasks.wait(id, { timeoutMs: 10_000 })).status).toBe("failed");
  });
});
