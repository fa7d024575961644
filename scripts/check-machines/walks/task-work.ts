import type { Walk, Walker } from "../walk.ts";
import { SOLO } from "./given.ts";

const ONE_LOSS = { tasks: { max_lease_losses: 1 } };

interface Held {
  readonly id: string;
  readonly leaseToken: string;
}

/** A task that `solo` has in hands: just claimed, or with a first sign of life. */
async function inHands(walker: Walker, status: "claimed" | "in_progress", maxAttempts = 3): Promise<Held> {
  await walker.instance("solo", SOLO);
  const { task, lease } = await walker.claimed("solo", { maxAttempts });
  const held = { id: task.id, leaseToken: lease.token };
  if (status === "in_progress") await beats(walker, held);
  return held;
}

async function beats({ does, hopper }: Walker, { id, leaseToken }: Held): Promise<void> {
  await does(hopper.tasks.heartbeat(id, { leaseToken, leaseSeconds: 7_200 }));
}

const IN_HANDS = (["claimed", "in_progress"] as const).flatMap((status): Walk[] => [
  {
    name: `a worker signs of life while ${status}`,
    run: async (walker) => await beats(walker, await inHands(walker, status)),
  },
  {
    name: `a person starts a task that is ${status}`,
    async run(walker) {
      const { id } = await inHands(walker, status);
      await walker.does(walker.hopper.tasks.status(id, { status: "in_progress" }));
    },
  },
  {
    name: `a worker releases a task that is ${status}`,
    async run(walker) {
      const { id, leaseToken } = await inHands(walker, status);
      await walker.does(walker.hopper.tasks.release(id, { leaseToken }));
    },
  },
  ...[2, 1].map((maxAttempts) => ({
    name: `a worker fails a task that is ${status}, in attempt 1 of ${maxAttempts}`,
    async run(walker: Walker) {
      const { id, leaseToken } = await inHands(walker, status, maxAttempts);
      await walker.does(walker.hopper.tasks.fail(id, { leaseToken, error: "broken" }));
    },
  })),
  {
    name: `a lease on a task that is ${status} is lost`,
    config: ONE_LOSS,
    async run(walker) {
      await inHands(walker, status);
      await walker.passes("3h");
    },
  },
  {
    name: `a lease on a task that is ${status} is lost once too often`,
    config: { tasks: { max_lease_losses: 0 } },
    async run(walker) {
      await inHands(walker, status);
      await walker.passes("3h");
    },
  },
]);

/** A task in its queue and in hands. */
export const taskWork: readonly Walk[] = [
  ...IN_HANDS,
  {
    name: "a person starts a task that is queued",
    async run(walker) {
      await walker.instance("solo", SOLO);
      const { id } = await walker.task({ instanceId: "solo" });
      await walker.does(walker.hopper.tasks.status(id, { status: "in_progress" }));
    },
  },
];
