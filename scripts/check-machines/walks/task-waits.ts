import type { Walk } from "../walk.ts";
import { SOLO } from "./given.ts";

/** What keeps a task waiting, and what begins it anew. */
export const taskWaits: readonly Walk[] = [
  ...[true, false].map((route): Walk => ({
    name: `a person blocks and unblocks a task that is ${route ? "queued" : "held"}`,
    async run(walker) {
      await walker.instance("solo", SOLO);
      const { id } = await walker.task({ instanceId: "solo", route });
      await walker.does(walker.hopper.tasks.status(id, { status: "blocked" }));
      await walker.does(walker.hopper.tasks.status(id, { status: "pending" }));
    },
  })),
  {
    name: "a dependency ends",
    async run(walker) {
      await walker.instance("solo", SOLO);
      const first = await walker.task({ instanceId: "solo" });
      await walker.task({ instanceId: "solo", dependsOn: [first.id] });
      await walker.does(walker.hopper.tasks.complete(first.id));
    },
  },
  ...(["failed", "cancelled"] as const).flatMap((status): Walk[] => [
    {
      name: `a task that was ${status} is retried`,
      async run(walker) {
        await walker.instance("solo", SOLO);
        const { id } = await walker.task({ instanceId: "solo" });
        await walker.does(walker.hopper.tasks.status(id, { status }));
        await walker.does(walker.hopper.tasks.retry(id));
      },
    },
    {
      name: `a task that was ${status} while it was blocked is retried`,
      async run(walker) {
        await walker.instance("solo", SOLO);
        const first = await walker.task({ instanceId: "solo" });
        const { id } = await walker.task({ instanceId: "solo", dependsOn: [first.id] });
        await walker.does(walker.hopper.tasks.status(id, { status }));
        await walker.does(walker.hopper.tasks.retry(id));
      },
    },
  ]),
];
