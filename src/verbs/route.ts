import { HopperError } from "../../machines/errors.ts";
import { previewOf } from "../../actors/handlers/routing.ts";
import type { TaskSpec } from "../../machines/messages/command.ts";
import type { Decision } from "../../machines/messages/decision.ts";
import type { Instance } from "../../machines/records/instance.ts";
import type { InstanceNo } from "../../machines/records/values.ts";
import { check } from "../contracts/check.ts";
import { callerOf } from "../contracts/command-options.ts";
import { createTask, type CreateTaskParams } from "../contracts/task-input.ts";
import type { Door } from "../door/door.ts";
import { decisionView } from "../views/view-of.ts";
import type { DecisionView } from "../views/views.ts";
import { specOf } from "./task-intake.ts";

/** Questions about routing. Source: spec/api.md 4.2. */
export interface Route {
  /** The decision that a task would get, at its instance or at the only GLOBAL root; nothing is stored. Errors: those of `tasks.add`. */
  preview(params: CreateTaskParams): Promise<DecisionView>;
}

export function route(door: Door): Route {
  return {
    async preview(params) {
      const checked = check(createTask, params);
      const spec = await specOf(door, checked);
      const to = checked.instanceId ? door.instance(checked.instanceId, "instanceId").no : door.onlyRoot();
      if (to === null) {
        const detail = "There is no single GLOBAL root to route from; name an instance.";
        throw new HopperError("not_found", detail, { field: "instanceId" });
      }
      return decisionView(await decide(door, to, { spec, by: callerOf(checked) }), door.directory);
    },
  };
}

/** Its actor decides; beside an owner, what its rows say. */
async function decide(
  door: Door,
  to: InstanceNo,
  { spec, by }: { readonly spec: TaskSpec; readonly by: string },
): Promise<Decision> {
  if (door.writable)
    return (await door.submit("decision", { to, command: { type: "route.preview", spec }, by })).decision;
  const { settings, scopes, directory } = door;
  const actor = await door.actorAsRead(to);
  return previewOf(
    {
      actor,
      instance: actor.instance as Instance,
      world: { scopes },
      settings,
      now: door.clock.now(),
      isNameTaken: (name) => directory.isTaken(name),
    },
    spec,
  );
}
