import { describe, expect, it } from "vitest";
import { Batch } from "../../actors/engine/batch.ts";
import type { Task } from "../../machines/records/task.ts";
import { spawnHopper } from "../../src/testing/index.ts";
import type { Store } from "../../store/store.ts";
import { givenTask } from "../support/store-given.ts";
import { make } from "./support2.ts";

/** T9: only a row's keeper changes it, and whoever does otherwise is found, by whatever way. */

describe("the trace of a batch", () => {
  function batch(): Batch {
    const counters = { instance: 0, task: 0, delegation: 0, message: 0, position: 0, command: 0 };
    return new Batch({ now: 0, counters, trace: true });
  }

  it("given a row touched by its turn, when a later turn writes it without a word, then it is a stray", () => {
    const traced = batch();
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
    const traced = batch();
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
      Object.setPrototypeOf(
        {
          task: (no: number) => ({ ...givenTask(no), keeper: actor }),
        },
        store,
      ) as Store;

  it("given a turn that writes what another keeps, when it settles, then it says who wrote what", async () => {
    const h = await spawnHopper({ wrap: thief(99) });
    await make(h, { name: "g", scope: "GLOBAL" });
    await h.tasks.add({ title: "Work" });
    await expect(h.tasks.cancel("T-1")).rejects.toThrow(
      "a turn wrote what another keeps: T9: actor 1 writes task 1, kept by 99",
    );
    await h.close();
  });
});
