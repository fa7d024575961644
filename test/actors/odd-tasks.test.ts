import { describe, expect, it } from "vitest";
import { create, delegate, handle, type ScopeBehavior } from "../../src/index.ts";
import { rankCandidates } from "../../machines/routing/router.ts";
import {
  createBelow,
  expectSound,
  spawnTree,
  statusOf,
  tree,
  type InstanceSpec,
} from "../support/spawned.ts";

const GROWING: InstanceSpec = { name: "global", scope: "GLOBAL", config: { auto_create_projects: true } };
/** Complex enough for an orchestration of its own. */
const COMPLEX = { tags: ["a", "b", "c"], priority: "high", description: "x".repeat(600) } as const;

describe("a task whose project cannot be created", () => {
  it.each([
    ["names an instance of another tree", "elsewhere"],
    ["looks like a ref", "T-7"],
    ["is no name", "a/b"],
  ])("since it %s, then that task is held and says why, and the root goes on", async (_why, project) => {
    const h = await spawnTree([GROWING, { name: "elsewhere", scope: "PROJECT" }]);
    const odd = await h.tasks.add({ title: "odd", instanceId: "global", project });
    const plain = await h.tasks.add({ title: "plain", instanceId: "global", project: "shop" });
    await h.settle();
    expect(await statusOf(h, odd.id)).toBe("pending(no_route)@global");
    expect((await h.tasks.decisions(odd.id)).items.at(-1)?.reason).toContain(project);
    expect((await h.instances.get((await h.tasks.get(plain.id)).instanceId ?? "")).name).toBe("shop");
    await h.instances.pause("global");
    expect((await h.instances.resume("global")).status).toBe("running");
    await h.instances.stop("global");
    expect((await h.instances.start("global")).status).toBe("running");
    await expectSound(h);
  });

  it("since the root was stopped when it came, then its start answers running all the same", async () => {
    const h = await spawnTree([GROWING, { name: "elsewhere", scope: "PROJECT" }]);
    await h.instances.stop("global");
    await h.tasks.add({ title: "odd", instanceId: "global", project: "elsewhere" });
    expect((await h.instances.start("global")).status).toBe("running");
    expect(await statusOf(h, "T-1")).toBe("pending(no_route)@global");
    await expectSound(h);
  });
});

describe("a name that is due and becomes the id of another one meanwhile", () => {
  it("given one is created at once with the task, then that task is held and the root goes on", async () => {
    const h = await spawnTree([GROWING]);
    const [, odd] = await Promise.all([
      h.instances.create({ name: "other", id: "shop", scope: "PROJECT" }),
      h.tasks.add({ title: "odd", instanceId: "global", project: "shop" }),
    ]);
    await h.settle();
    expect(await statusOf(h, odd.id)).toBe("pending(no_route)@global");
    await h.instances.stop("global");
    expect((await h.instances.start("global")).status).toBe("running");
    await expectSound(h);
  });

  it("given an id that is a name, or a name that is an id, then it is refused", async () => {
    const h = await spawnTree([{ name: "a", scope: "PROJECT" }]);
    const create = async (params: { id?: string; name: string }): Promise<unknown> =>
      await h.instances.create({ ...params, scope: "PROJECT" }).catch((error: unknown) => error);
    const both = [create({ id: "b", name: "c" }), create({ name: "b" }), create({ id: "c", name: "d" })];
    const [made, ...refused] = await Promise.all(both);
    expect(made).toMatchObject({ name: "c" });
    for (const one of refused) expect(one).toMatchObject({ code: "already_exists" });
    await expectSound(h);
  });
});

describe("a generated name", () => {
  it("given somebody has it as an id, then the next number is taken", async () => {
    const h = await spawnTree([tree({})]);
    await h.instances.create({ id: "webapp-run-1", name: "other", scope: "PROJECT" });
    const { id } = await h.tasks.add({ title: "big", instanceId: "webapp", ...COMPLEX });
    await h.settle();
    const holder = await h.instances.get((await h.tasks.get(id)).instanceId ?? "");
    expect(holder.name).toBe("webapp-run-2");
    await expectSound(h);
  });

  it("given somebody has it, then the next number is taken", async () => {
    const h = await spawnTree([tree({}), { name: "webapp-run-1", scope: "PROJECT" }]);
    const { id } = await h.tasks.add({ title: "big", instanceId: "webapp", ...COMPLEX });
    await h.settle();
    const holder = await h.instances.get((await h.tasks.get(id)).instanceId ?? "");
    expect(holder.name).toBe("webapp-run-2");
    await expectSound(h);
  });

  it("given two of one batch, when one name is taken elsewhere, then each gets its own", async () => {
    const h = await spawnTree([tree({}), { name: "webapp-run", scope: "PROJECT" }]);
    await createBelow(h, "id-webapp-run", { name: "webapp-run-1", scope: "ORCHESTRATION", start: false });
    await h.tasks.addBatch([
      { title: "big", instanceId: "webapp", ...COMPLEX },
      { title: "big too", instanceId: "webapp", ...COMPLEX },
    ]);
    await h.settle();
    const names = (await h.instances.list({ status: ["running"] })).items.map(({ name }) => name);
    expect(names).toContain("webapp-run-2");
    await expectSound(h);
  });

  it("given a name of 128 characters, then what is generated from it is as long at most", async () => {
    const name = "p".repeat(128);
    const h = await spawnTree([{ name: "global", scope: "GLOBAL" }]);
    await h.instances.create({ name, scope: "PROJECT", parentId: "global", start: true });
    for (const title of ["one", "two"]) await h.tasks.add({ title, instanceId: name, ...COMPLEX });
    await h.settle();
    const made = (await h.instances.list()).items.find(({ scope }) => scope === "ORCHESTRATION");
    expect(made?.name).toBe(`${"p".repeat(122)}-run-1`);
    await expectSound(h);
  });
});

const FAMILY_TREE: InstanceSpec = {
  name: "global",
  scope: "GLOBAL",
  children: [
    { name: "webapp", scope: "PROJECT", children: [{ name: "build", scope: "ORCHESTRATION" }] },
    { name: "api", scope: "PROJECT", children: [{ name: "other", scope: "ORCHESTRATION" }] },
  ],
};

/** Behaviors with a fault for tasks tagged `odd`; what else there is they route as usual. */
const FAULTS: Record<
  string,
  (view: Parameters<ScopeBehavior["decide"]>[0], task: Parameters<ScopeBehavior["decide"]>[1]) => unknown
> = {
  throws: () => {
    throw new Error("my fault");
  },
  "returns nothing": () => undefined,
  "returns a promise": async () => await Promise.resolve(null),
  "returns an action that there is not": () => ({ action: "burn", reason: "", candidates: [] }),
  "delegates to nobody": (view, task) => ({ ...handle(view, task, "x"), action: "delegate" }),
  "delegates to one that is no child": (view, task) => ({
    ...handle(view, task, "x"),
    action: "delegate",
    target: view.instance.no,
  }),
  "delegates to a child of another": (view, task) => ({
    ...handle(view, task, "x"),
    action: "delegate",
    target: 5,
  }),
  "writes into its instance": (view, task) => {
    (view.instance as { status: string }).status = "terminated";
    return handle(view, task, "x");
  },
  "writes into its configuration": (view, task) => {
    (view.config as { maxConcurrent: number }).maxConcurrent = 0;
    return handle(view, task, "x");
  },
  "empties the roster": (view, task) => {
    (view.roster as unknown as Map<number, unknown>).clear();
    return handle(view, task, "x");
  },
  "writes into a child's entry": (view, task) => {
    for (const entry of view.roster.values()) (entry as { room: number }).room = 0;
    return handle(view, task, "x");
  },
  "writes into a list of the task": (view, task) => {
    (task.chain as number[]).length = 0;
    return handle(view, task, "x");
  },
};

describe("a behavior of one's own that", () => {
  it.each(Object.entries(FAULTS))(
    "%s, then that task is held message_failed, and nothing else suffers",
    async (_name, fault) => {
      const odd: ScopeBehavior = {
        name: "odd",
        decide(view, task) {
          if (task.tags.includes("odd")) return fault(view, task) as never;
          const ranking = rankCandidates(view, task, { scopes: ["ORCHESTRATION"] });
          return ranking.best === null ? create(view, task, "none", ranking) : delegate(view, task, ranking);
        },
      };
      const h = await spawnTree([FAMILY_TREE], { scopes: { PROJECT: odd } });
      const { id } = await h.tasks.add({ title: "odd", instanceId: "webapp", tags: ["odd"] });
      const plain = await h.tasks.add({ title: "plain", instanceId: "webapp" });
      await h.settle();
      expect(await statusOf(h, id)).toBe("pending(message_failed)@webapp");
      expect((await h.tasks.decisions(id)).items[0]?.reason).toMatch(/^the behavior odd failed: .{8,}/u);
      expect(await statusOf(h, plain.id)).toBe("queued@build");
      expect((await h.hopper.deadLetters.list()).items).toEqual([]);
      expect((await h.instances.get("webapp")).status).toBe("running");
      await expectSound(h);
    },
  );

  it("handles where there is no queue, then that task is held message_failed", async () => {
    const handles: ScopeBehavior = { name: "eager", decide: (view, task) => handle(view, task, "mine") };
    const h = await spawnTree([FAMILY_TREE], { scopes: { GLOBAL: handles } });
    const { id } = await h.tasks.add({ title: "x" });
    await h.settle();
    expect(await statusOf(h, id)).toBe("pending(message_failed)@global");
    await expectSound(h);
  });
});

describe("a behavior that chooses one who refuses", () => {
  it.each([
    ["does not run", { start: false }, "pending(instance_not_running)@webapp"],
    ["is full", { config: { max_queued_tasks: 0, max_concurrent_tasks: 1 } }, "pending(no_capacity)@webapp"],
  ] as const)(
    "since it %s, then it is asked once, and again when there is news of it",
    async (_why, spec, status) => {
      const stubborn: ScopeBehavior = {
        name: "stubborn",
        decide: ({ roster }, task) => {
          const [target = null] = roster.keys();
          return {
            action: "delegate",
            reason: "always",
            instance: 0,
            target,
            held: null,
            rule: null,
            unmatched: false,
            routingRound: task.routingRound,
            candidates: [],
          };
        },
      };
      const h = await spawnTree([tree({})], { scopes: { PROJECT: stubborn } });
      await createBelow(h, "webapp", { name: "one", scope: "ORCHESTRATION", ...spec });
      const filler = await h.tasks.add({ title: "filler", instanceId: "webapp" });
      const { id } = await h.tasks.add({ title: "x", instanceId: "webapp" });
      await h.settle();
      const { items } = await h.tasks.delegations(id);
      expect(items.map(({ status: hop }) => hop)).toEqual(["rejected"]);
      expect(await statusOf(h, id)).toBe(status);
      if (status.includes("not_running")) await h.instances.start("one");
      else await h.tasks.cancel(filler.id);
      await h.settle();
      expect((await h.tasks.get(id)).status).toBe("queued");
      await expectSound(h);
    },
  );
});
