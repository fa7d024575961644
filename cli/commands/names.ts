import type { Hopper } from "../library/library.ts";
import type { Names } from "../render/bodies.ts";

/** The ids that an item names; what is none is passed over. */
type IdsOf<Item> = (item: Item) => readonly unknown[];

/** Names of the instances of these items by id. One that cannot be found keeps its id. */
export async function instanceNames<Item>(
  hopper: Hopper,
  items: readonly Item[],
  ids: IdsOf<Item>,
): Promise<Names> {
  return await resolve(items.flatMap(ids), async (id) => (await hopper.instances.get(id)).name);
}

/** Refs of the tasks of these items by id. */
export async function taskRefs<Item>(
  hopper: Hopper,
  items: readonly Item[],
  ids: IdsOf<Item>,
): Promise<Names> {
  return await resolve(items.flatMap(ids), async (id) => (await hopper.tasks.get(id)).ref);
}

/** Refs of the delegations of these items by id. */
export async function delegationRefs<Item>(
  hopper: Hopper,
  items: readonly Item[],
  ids: IdsOf<Item>,
): Promise<Names> {
  return await resolve(items.flatMap(ids), async (id) => (await hopper.delegations.get(id)).ref);
}

async function resolve(ids: readonly unknown[], nameOf: (id: string) => Promise<string>): Promise<Names> {
  const wanted = [...new Set(ids)].filter((id) => typeof id === "string");
  // A list does not fail because one of its names is gone.
  const found = wanted.map(async (id) => [id, await nameOf(id).catch(() => id)] as const);
  return Object.fromEntries(await Promise.all(found));
}
