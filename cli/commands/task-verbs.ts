import type { Args } from "../parse/args.ts";
import type { CommandSpec, OptionSpec } from "../parse/spec.ts";
import { shownDelegation } from "./delegation.ts";
import { chainCommand, shownStanding, shownTask, TASK } from "./task.ts";
import { REASON, verbCommands } from "./verbs.ts";

const RESULT: OptionSpec = {
  name: "result",
  type: "value",
  describe: "What came of it: JSON, else taken as text",
};

function whatItTook(args: Args): string | null {
  const { result } = args.params<{ result?: unknown }>();
  return typeof result === "string" ? `the result is the text ${JSON.stringify(result)}` : null;
}

/** The verbs that decide a task (spec/domain.md 2.3), and those that move it between instances (spec/domain.md 2.4). */
export const taskVerbs: readonly CommandSpec[] = [
  ...verbCommands(
    TASK,
    shownTask,
    {
      name: "status",
      summary: "Set a task's status: done, failed, cancelled, blocked, pending or in_progress",
      positionals: [{ name: "status", describe: "The new status" }],
      options: [RESULT, REASON],
      remark: whatItTook,
    },
    {
      name: "complete",
      summary: "Complete a task; the completion goes up to where it came from",
      options: [
        RESULT,
        { name: "force", type: "flag", describe: "Also while it waits for its parts; these are cancelled" },
      ],
      remark: whatItTook,
    },
    {
      name: "fail",
      summary: "Fail a task",
      options: [
        { name: "error", required: true, describe: "What went wrong" },
        { name: "retryable", type: "flag", describe: "Let it be tried again, while attempts are left" },
      ],
    },
    { name: "cancel", summary: "Cancel a task and its parts", options: [REASON] },
    {
      name: "retry",
      summary: "Try a failed or cancelled task again, from where it began",
      options: [
        { name: "with-dependents", type: "flag", describe: "And those that failed only because it did" },
      ],
    },
  ),
  ...verbCommands(TASK, shownStanding, {
    name: "assign",
    summary: "Give an unassigned task to an instance",
    options: [{ name: "to", field: "instanceId", required: true, describe: "Id or name of the instance" }],
  }),
  ...verbCommands(TASK, shownDelegation, {
    name: "delegate",
    summary: "Offer a task to an instance below; without --to routing chooses",
    options: [
      { name: "to", field: "targetInstanceId", describe: "Id or name of the instance" },
      { name: "type", field: "delegationType", describe: "route (default), escalate or reassign" },
      { name: "notes", describe: "A word to the one who decides" },
      { name: "auto-accept", type: "flag", describe: "Have it decided at once" },
    ],
    examples: ["hopper task delegate T-1 --to webapp", "hopper task delegate T-1"],
  }),
  chainCommand,
  ...verbCommands(
    TASK,
    shownDelegation,
    { name: "escalate", summary: "Give a task back to the instance above", options: [REASON] },
    {
      name: "reassign",
      summary: "Move a task to a sibling of the instance that holds it",
      options: [
        { name: "to", field: "targetInstanceId", required: true, describe: "Id or name of the sibling" },
        REASON,
      ],
    },
  ),
];
