import type { Hopper } from "../library/library.ts";
import { bodyOf, type DeadLetterBody } from "../render/bodies.ts";
import { deadLetterLine, deadLetterTable } from "../render/dead-letter.ts";
import type { CommandSpec } from "../parse/spec.ts";
import { listCommand } from "./list.ts";
import { instanceNames, taskRefs } from "./names.ts";

async function names(hopper: Hopper, items: readonly DeadLetterBody[]) {
  return {
    ...(await instanceNames(hopper, items, (item) => [item.to_instance_id])),
    ...(await taskRefs(hopper, items, ({ task_id }) => [task_id])),
  };
}

const redrive: CommandSpec = {
  path: ["dead-letter", "redrive"],
  summary: "Hand a message that failed to its receiver again",
  positionals: [{ name: "dead-letter", subject: true, describe: "Id of a dead letter" }],
  examples: ["hopper dead-letter redrive 12"],
  act: async (context, args) => {
    await context.changes(async (hopper) => {
      const letter = bodyOf(await hopper.deadLetters.redrive(args.subject, { by: context.by }));
      await hopper.settle();
      const named = await names(hopper, [letter]);
      await context.show({ body: letter, lines: () => [deadLetterLine(letter, named)] });
    });
  },
};

/** `dead-letter …`: messages that failed twice. Source: spec/runtime.md 3.4 (Poison). */
export const deadLetterCommands: readonly CommandSpec[] = [
  listCommand<DeadLetterBody>({
    noun: "dead-letter",
    options: [],
    known: names,
    table: deadLetterTable,
    empty: { said: "no dead letters" },
  }),
  redrive,
];
