import { createTask } from "../../../machines/events/task-created.ts";
import { evolveTask } from "../../../machines/events/evolve.ts";
import type { Walk, Walker } from "../walk.ts";
import { pair, SOLO } from "./given.ts";

/** `child` has a task from `global` that waits for its parts, as its store says. */
async function waits(walker: Walker): Promise<string> {
  await pair(walker);
  const { id } = await walker.task({ instanceId: "global", deadlineAt: walker.moment(1) });
  await walker.restarts();
  return id;
}

const WAITING: Readonly<Record<string, (walker: Walker, id: string) => Promise<unknown>>> = {
  "is completed by force": ({ does, hopper }, id) => does(hopper.tasks.complete(id, { force: true })),
  "is failed by an operator": ({ does, hopper }, id) => does(hopper.tasks.status(id, { status: "failed" })),
  "is cancelled": ({ does, hopper }, id) => does(hopper.tasks.cancel(id)),
  "is escalated": ({ does, hopper }, id) => does(hopper.tasks.escalate(id)),
  "reaches its deadline": (walker) => walker.passes("90m"),
};

const STARTING: Readonly<Record<string, (walker: Walker) => Promise<unknown>>> = {
  fails: ({ does, hopper }) => does(hopper.instances.fail("one", { error: "broken" })),
  "is terminated": ({ does, hopper }) => does(hopper.instances.terminate("one")),
  async "is terminated with its child"(walker) {
    await walker.instance("below", { scope: "ORCHESTRATION", parentId: "one" });
    await walker.does(walker.hopper.instances.terminate("one", { cascade: true }));
  },
};

/** Walks over records that are planted in a status, or told an event, to which no verb leads. */
export const planted: readonly Walk[] = [
  ...Object.entries(WAITING).map(([end, ends]): Walk => ({
    name: `a task that waits for its parts ${end}`,
    plants: (rows) => ({ ...rows, tasks: rows.tasks.map((task) => ({ ...task, status: "waiting" })) }),
    async run(walker) {
      await ends(walker, await waits(walker));
    },
  })),
  ...Object.entries(STARTING).map(([end, ends]): Walk => ({
    name: `an instance that is starting ${end}`,
    plants: (rows) => ({ ...rows, instance: { ...rows.instance, status: "starting" } }),
    async run(walker) {
      await walker.instance("one", SOLO);
      await walker.restarts();
      await ends(walker);
    },
  })),
  ...(["pending", "queued", "claimed", "in_progress"] as const).map((status): Walk => ({
    name: `a task that is ${status} is decomposed`,
    run(walker) {
      const stamp = { position: 1, at: 0, instance: 1 };
      const task = { ...createTask(1, "one", { title: "Build", holder: 1 }, stamp), status };
      evolveTask(task, { name: "task.waiting", data: {}, ...stamp });
      walker.tells(task);
      return Promise.resolve();
    },
  })),
];
