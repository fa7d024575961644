import { describe, expect, it } from "vitest";
import { Actor } from "../../actors/engine/actor.ts";
import { Batch } from "../../actors/engine/batch.ts";
import { KeeperViolation } from "../../actors/engine/turn.ts";
import { Turn } from "../../actors/engine/turn.ts";
import type { Task } from "../../machines/records/task.ts";
import type { Store } from "../../store/store.ts";
import { layered } from "../support/layered-store.ts";
import { spawnTree } from "../support/spawned.ts";
import { givenMail, givenTask } from "../support/store-given.ts";

/** T9: only a row's keeper changes it, and whoever does otherwise is found, by whatever way. */

function batch(trace: boolean): Batch {
  const counters = { instance: 0, task: 0, delegation: 0, message: 0, position: 0, command: 0 };
  return new Batch({ now: 0, counters, trace });
}

describe("the keeper of a row", () => {
  it("given a turn that writes what another keeps, then the turn fails by name", () => {
    const turn = new Turn({
      actor: new Actor(1, null, {} as never),
      envelope: givenMail(1, { to: 1 }).envelope,
      world: {} as never,
      batch: batch(false),
      preloaded: { watchers: [], keeperOf: () => 9 },
    });
    expect(() => turn.task({ ...givenTask(1), keeper: 9 }, "task.updated")).toThrow(
      new KeeperViolation("actor 1 changes task 1, which 9 keeps"),
    );
    expect(turn.batch.isEmpty).toBe(true);
  });
});

describe("the trace of a batch", () => {
  it("given a row touched by its turn, when a later turn writes it without a word, then it is a stray", () => {
    const traced = batch(true);
    const task: Task = givenTask(1);
    traced.trace?.begin(4);
    traced.touchTask(task, "moved");
    task.title = "the turn goes on with it";
    traced.trace?.begin(5);
    expect(traced.trace?.strays()).toEqual([]);
    task.title = "mine";
    expect(traced.toCommit().strays).toEqual(["task 1"]);
  });

  it("given a row that two turns touch, then each is named with its touch", () => {
    const traced = batch(true);
    const task = givenTask(1);
    for (const actor of [4, 5]) {
      traced.trace?.begin(actor);
      traced.touchTask(task, "moved");
    }
    expect(traced.toCommit().touches?.map(({ actor, table, no }) => [actor, table, no])).toEqual([
      [4, "task", 1],
      [5, "task", 1],
    ]);
    expect(traced.toCommit().strays).toEqual([]);
  });
});

describe("a spawned Hopper", () => {
  /** As if a turn of this actor had touched every task of the commit. */
  const thief =
    (actor: number) =>
    (store: Store): Store =>
      layered(store, { task: (no) => ({ ...givenTask(no), keeper: actor }) });

  it("given a turn that writes what another keeps, when it settles, then it says who wrote what", async () => {
    const h = await spawnTree([{ name: "global", scope: "GLOBAL" }], { wrap: thief(99) });
    await h.tasks.add({ title: "Work" });
    await expect(h.tasks.cancel("T-1")).rejects.toThrow(
      "a turn wrote what another keeps: T9: actor 1 writes task 1, kept by 99",
    );
    await h.close();
  });
});
