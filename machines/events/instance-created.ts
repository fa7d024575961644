import { instanceLifecycle } from "../lifecycles/instance.ts";
import type { Instance } from "../records/instance.ts";
import type { Stamp } from "./entry.ts";
import type { DataOf } from "./field.ts";
import type { instanceEvents } from "./instance.ts";

/** Data of `instance.created`: what was asked; absent = nothing. */
export type InstanceCreated = DataOf<(typeof instanceEvents)["instance.created"]["data"]>;

/** Where a new instance stands: what its event does not say, since it follows from its parent or was made at random. */
export type Place = Pick<Instance, "no" | "id" | "depth" | "root" | "inherited">;

/** An instance as `instance.created` makes it; `by`: who asked. */
export function createInstance(
  place: Place,
  { name, scope, type, parent, config = {}, description }: InstanceCreated,
  { at }: Stamp,
  by: string | null,
): Instance {
  return {
    ...place,
    parent,
    name,
    scope,
    type,
    config,
    runtimeMetadata: {},
    status: instanceLifecycle.initial,
    description: description ?? null,
    createdBy: by,
    createdAt: at,
    updatedAt: at,
    startedAt: null,
    stoppedAt: null,
    version: 1,
    intent: null,
    wakeAt: null,
    waiting: [],
  };
}
