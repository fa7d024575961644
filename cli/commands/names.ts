import type { Hopper } from "../library/library.ts";
import type { Names } from "../render/bodies.ts";

/** Names of the instances of items by id. */
export const instanceNames = lookUp(async (hopper, id) => (await hopper.instances.get(id)).name);
/** Refs of the tasks of items by id. */
export const taskRefs = lookUp(async (hopper, id) => (await hopper.tasks.get(id)).ref);
/** Refs of the delegations of items by id. */
export const delegationRefs = lookUp(async (hopper, id) => (await hopper.delegations.get(id)).ref);

/** How the ids that items name are looked up; what is no id is passed over. One that cannot be found keeps its id. */
function lookUp(nameOf: (hopper: Hopper, id: string) => Promise<string>) {
  return async <Item>(
    hopper: Hopper,
    items: readonly Item[],
    ids: (item: Item) => readonly unknown[],
  ): Promise<Names> => {
    const wanted = [...new Set(items.flatMap(ids))].filter((id) => typeof id === "string");
    // A list does not fail because one of its names is gone.
    const found = wanted.map(async (id) => [id, await nameOf(hopper, id).catch(() => id)] as const);
    return Object.fromEntries(await Promise.all(found));
  };
}
