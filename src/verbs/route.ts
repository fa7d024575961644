import { HopperError } from "../../machines/errors.ts";
import type { Command } from "../../machines/messages/command.ts";
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
      const command: Command = { type: "route.preview", spec };
      const answer = await door.submit("decision", { to, command, by: callerOf(checked) });
      return decisionView(answer.decision, door.directory);
    },
  };
}
