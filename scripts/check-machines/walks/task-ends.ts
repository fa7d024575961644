import type { Walk, Walker } from "../walk.ts";
import { SOLO } from "./given.ts";

/** A task at `solo` that has come to a status. */
const COMES_TO: Readonly<Record<string, (walker: Walker, deadlineAt: string) => Promise<string>>> = {
  async pending(walker, deadlineAt) {
    return (await walker.task({ instanceId: "solo", route: false, deadlineAt })).id;
  },
  async blocked(walker, deadlineAt) {
    const first = await walker.task({ instanceId: "solo" });
    return (await walker.task({ instanceId: "solo", dependsOn: [first.id], deadlineAt })).id;
  },
  async queued(walker, deadlineAt) {
    return (await walker.task({ instanceId: "solo", deadlineAt })).id;
  },
  async claimed(walker, deadlineAt) {
    return (await walker.claimed("solo", { deadlineAt })).task.id;
  },
  async in_progress(walker, deadlineAt) {
    const { task, lease } = await walker.claimed("solo", { deadlineAt });
    await walker.does(
      walker.hopper.tasks.heartbeat(task.id, { leaseToken: lease.token, leaseSeconds: 7_200 }),
    );
    return task.id;
  },
};

const ENDS: Readonly<Record<string, (walker: Walker, id: string) => Promise<unknown>>> = {
  "is done": ({ does, hopper }, id) => does(hopper.tasks.status(id, { status: "done" })),
  "is failed by an operator": ({ does, hopper }, id) => does(hopper.tasks.status(id, { status: "failed" })),
  "is cancelled": ({ does, hopper }, id) => does(hopper.tasks.cancel(id)),
  "reaches its deadline": (walker) => walker.passes("90m"),
};

/** Every open status, and every end that all of them have. */
export const taskEnds: readonly Walk[] = Object.entries(COMES_TO).flatMap(([status, comes]) =>
  Object.entries(ENDS).map(([end, ends]) => ({
    name: `a task that is ${status} ${end}`,
    async run(walker) {
      await walker.instance("solo", SOLO);
      const id = await comes(walker, walker.moment(1));
      await ends(walker, id);
    },
  })),
);
