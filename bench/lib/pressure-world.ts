import {
  HopperError,
  type CreateInstanceParams,
  type CreateTaskParams,
  type Hopper,
} from "../../src/index.ts";

/** Requests under way while a world is built. */
export const AT_ONCE = 1_000;

export type Config = NonNullable<CreateInstanceParams["config"]>;

export async function make(
  hopper: Hopper,
  name: string,
  scope: CreateInstanceParams["scope"],
  parentId: string | null,
  config: Config = {},
): Promise<void> {
  await hopper.instances.create({ name, scope, parentId, config, start: true });
}

/** `count` pieces of work, many at a time. */
export async function many(count: number, work: (index: number) => Promise<unknown>): Promise<void> {
  for (let done = 0; done < count; done += AT_ONCE)
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - done) }, (_, at) => work(done + at)));
}

export const addMany = (hopper: Hopper, count: number, params: Partial<CreateTaskParams>): Promise<void> =>
  many(count, (index) => hopper.tasks.add({ title: `Task ${index}`, ...params }));

export const ROOMY: Config = { max_concurrent_tasks: 10_000, max_queued_tasks: 1_000_000 };

/** One GLOBAL, one PROJECT, one ORCHESTRATION with room for everything. */
export async function line(hopper: Hopper): Promise<void> {
  await make(hopper, "global", "GLOBAL", null);
  await make(hopper, "web", "PROJECT", "global", ROOMY);
  await make(hopper, "build", "ORCHESTRATION", "web", ROOMY);
}

export async function claimAndComplete(hopper: Hopper, at: string): Promise<void> {
  const [claim] = await hopper.instances.claim(at, { workerId: "one" });
  if (claim === undefined) throw new Error(`nothing to claim at ${at}`);
  await hopper.tasks.complete(claim.task.id, { leaseToken: claim.lease.token });
}

/** What waits is ended by the close. */
export function ignored(promise: Promise<unknown>): void {
  promise.catch((error: unknown) => {
    if (!(error instanceof HopperError) || error.status !== 503) throw error;
  });
}
