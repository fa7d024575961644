import type { Walk, Walker } from "../walk.ts";
import { pair } from "./given.ts";

/** A task that `child` got from `global` and that has come to a status there. */
const COMES_TO: Readonly<Record<string, (walker: Walker) => Promise<string>>> = {
  async pending(walker) {
    const { id } = await walker.task({ instanceId: "global", route: false });
    await walker.does(walker.hopper.tasks.delegate(id, { targetInstanceId: "child", autoAccept: true }));
    return id;
  },
  async queued(walker) {
    return (await walker.task({ instanceId: "global" })).id;
  },
  async blocked(walker) {
    const { id } = await walker.task({ instanceId: "global" });
    await walker.does(walker.hopper.tasks.status(id, { status: "blocked" }));
    return id;
  },
  async claimed(walker) {
    await walker.task({ instanceId: "global" });
    return (await walker.claim("child")).task.id;
  },
  async in_progress(walker) {
    const { id } = await walker.task({ instanceId: "global" });
    await walker.does(walker.hopper.tasks.status(id, { status: "in_progress" }));
    return id;
  },
};

const RETURNED = Object.entries(COMES_TO).map(([status, comes]): Walk => ({
  name: `a task that is ${status} goes back from an instance that is terminated`,
  async run(walker) {
    await pair(walker);
    await comes(walker);
    await walker.does(walker.hopper.instances.terminate("child"));
  },
}));

/** An offer that waits for a person; the ref of it. */
async function offered(walker: Walker): Promise<{ hop: string; task: string }> {
  await pair(walker, { acceptance: "manual" });
  const { id } = await walker.task({ instanceId: "global" });
  const { items } = await walker.hopper.tasks.delegations(id);
  const [hop] = items;
  if (hop === undefined) throw new Error("nothing was offered");
  return { hop: hop.id, task: id };
}

/** Offers and what becomes of them, and tasks that go back. */
export const offers: readonly Walk[] = [
  ...RETURNED,
  {
    name: "an offer is accepted, and the task completed",
    async run(walker) {
      const { hop } = await offered(walker);
      await walker.does(walker.hopper.delegations.accept(hop));
      await walker.does(walker.hopper.delegations.complete(hop));
    },
  },
  {
    name: "an offer is rejected",
    async run(walker) {
      const { hop } = await offered(walker);
      await walker.does(walker.hopper.delegations.reject(hop, { reason: "busy" }));
    },
  },
  {
    name: "an offer is withdrawn",
    async run(walker) {
      const { hop } = await offered(walker);
      await walker.does(walker.hopper.delegations.cancel(hop));
    },
  },
  {
    name: "an offer expires",
    async run(walker) {
      await offered(walker);
      await walker.passes("90s");
    },
  },
];
