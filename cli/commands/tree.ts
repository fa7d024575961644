import type { CommandTree } from "../parse/spec.ts";
import { deadLetterCommands } from "./dead-letter.ts";
import { delegationCommands } from "./delegation.ts";
import { doctorCommand } from "./doctor.ts";
import { eventsCommand } from "./events.ts";
import { helpCommand } from "./help.ts";
import { instanceCommands } from "./instance.ts";
import { demoCommand, runCommand } from "./plan.ts";
import { routeCommand } from "./route.ts";
import { statusCommand } from "./status.ts";
import { taskVerbs } from "./task-verbs.ts";
import { taskCommands } from "./task.ts";
import { waitCommand } from "./task-wait.ts";

/** Every command there is, in the order of the help. */
export const COMMANDS: CommandTree = {
  nouns: [
    { name: "instance", summary: "Create, show and drive instances" },
    { name: "task", summary: "Add, follow and decide tasks" },
    { name: "delegation", summary: "Show and decide delegations" },
    { name: "dead-letter", summary: "Show and redrive messages that failed" },
    { name: "route", summary: "See where tasks would go" },
  ],
  commands: [
    runCommand,
    demoCommand,
    ...instanceCommands,
    ...taskCommands,
    ...taskVerbs,
    waitCommand,
    ...delegationCommands,
    ...deadLetterCommands,
    routeCommand,
    statusCommand,
    eventsCommand,
    doctorCommand,
    helpCommand(() => COMMANDS),
  ],
};
