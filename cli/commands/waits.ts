import type { Context } from "../context.ts";
import type { Hopper } from "../library/library.ts";
import { bodyOf, type WaitBody } from "../render/bodies.ts";

/** What open tasks wait for, by their ids. */
export async function waitsById(
  hopper: Hopper,
  ids: readonly string[],
  context: Context,
): Promise<ReadonlyMap<string, WaitBody>> {
  if (ids.length === 0) return new Map();
  const { items } = bodyOf(await hopper.tasks.waits({ ids: [...ids] }));
  return new Map(items.map((wait) => [wait.task_id, runnable(wait, context)]));
}

/** With its command as it can be run from here. */
export function runnable(wait: WaitBody, context: Context): WaitBody {
  return { ...wait, fix: wait.fix === null ? null : context.hint(wait.fix) };
}
