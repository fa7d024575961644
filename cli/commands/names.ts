import type { Hopper } from "../library/library.ts";
import type { Names } from "../render/bodies.ts";

/** An id; anything else is passed over. */
type Id = unknown;

/** Names of these instances by id. One that cannot be found keeps its id. */
export async function instanceNames(hopper: Hopper, ids: readonly Id[]): Promise<Names> {
  return await resolve(ids, async (id) => (await hopper.instances.get(id)).name);
}

/** Refs of these tasks by id. */
export async function taskRefs(hopper: Hopper, ids: readonly Id[]): Promise<Names> {
  return await resolve(ids, async (id) => (await hopper.tasks.get(id)).ref);
}

/** Refs of these delegations by id. */
export async function delegationRefs(hopper: Hopper, ids: readonly Id[]): Promise<Names> {
  return await resolve(ids, async (id) => (await hopper.delegations.get(id)).ref);
}

async function resolve(ids: readonly Id[], nameOf: (id: string) => Promise<string>): Promise<Names> {
  const wanted = new Set(ids.filter((id) => typeof id === "string"));
  const names = new Map<string, string>();
  await Promise.all(
    [...wanted].map(async (id) => {
      try {
        names.set(id, await nameOf(id));
      } catch {
        // A list does not fail because one of its names is gone.
        names.set(id, id);
      }
    }),
  );
  return Object.fromEntries(names);
}
