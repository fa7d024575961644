import { expect, it } from "vitest";
import { loadConfiguration } from "../../../src/config/config.ts";
import { spawnTree, tree } from "../../support/spawned.ts";
import { internalsOf } from "../../../src/verbs/internals.ts";

/** spec/domain.md 2.8, 2.9: `child_defaults`, of an instance and of its scope. */

const limitOf = async (h: Awaited<ReturnType<typeof spawnTree>>, name: string): Promise<number> =>
  (await h.instances.queue(name)).maxConcurrentTasks;

it("given child_defaults of a scope, then what is created below its instances starts from them", async () => {
  const h = await spawnTree([tree({ build: {}, own: { max_concurrent_tasks: 3 } })], {
    config: { scopes: { project: { child_defaults: { max_concurrent_tasks: 1 } } } },
  });
  expect([await limitOf(h, "build"), await limitOf(h, "own"), await limitOf(h, "webapp")]).toEqual([
    1, 3, 10,
  ]);
});

it("given an instance with child_defaults of its own, then those of its scope are not handed down", async () => {
  const h = await spawnTree([tree({ build: {} }, { child_defaults: { max_queued_tasks: 7 } })], {
    config: { scopes: { PROJECT: { child_defaults: { max_concurrent_tasks: 1 } } } },
  });
  expect(await limitOf(h, "build")).toBe(10);
  expect((await h.instances.queue("build")).maxQueuedTasks).toBe(7);
});

it("given a plan enters its hierarchy, then child_defaults of scopes are handed down there too", async () => {
  const h = await spawnTree([tree({})], {
    config: { scopes: { GLOBAL: { child_defaults: { max_concurrent_tasks: 2 } } } },
  });
  const node = { name: "shop", scope: "PROJECT", type: "persistent", config: {} } as const;
  await internalsOf(h).enterPlan({
    runId: "shop@1#1",
    hierarchy: { ...node, name: "global", scope: "GLOBAL", children: [{ ...node, children: [] }] },
    tasks: [],
  });
  await h.settle();
  expect(await limitOf(h, "shop")).toBe(2);
});

it("given a mistake in child_defaults of a scope, then the file is refused at its place", () => {
  const load = (config: object) => () => loadConfiguration({ content: { scopes: { PROJECT: config } } });
  expect(load({ child_defaults: { max_queued_taks: 1 } })).toThrow("max_queued_tasks");
  expect(load({ child_defaults: { max_queued_tasks: "many" } })).toThrow(
    "PROJECT.child_defaults.max_queued_tasks",
  );
  expect(load({ child_defaults: { child_defaults: {} } })).toThrow("child_defaults");
});
