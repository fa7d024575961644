import { EXIT, EXIT_CODE_MEANINGS } from "../exit-codes.ts";
import { findCommand, helpOn } from "../parser.ts";
import type { CommandSpec } from "../spec.ts";

const DEFAULT_COLUMNS = 80;

/** `help`, `help task add`, `help exit-codes`. */
export const helpCommand: CommandSpec = {
  path: ["help"],
  summary: "Help on a command, or on exit-codes",
  positionals: [{ name: "topic", describe: "A command, or exit-codes", optional: true, many: true }],
  act: async (context, args) => {
    const topic = args.list("topic");
    if (topic.join(" ") === "exit-codes") {
      await context.show({
        body: { items: EXIT_CODE_MEANINGS.map(([code, meaning]) => ({ code, meaning })) },
        items: EXIT_CODE_MEANINGS.map(([code, meaning]) => ({ code, meaning })),
        lines: () => EXIT_CODE_MEANINGS.map(([code, meaning]) => `${String(code).padStart(3)}  ${meaning}`),
        names: EXIT_CODE_MEANINGS.map(([code]) => String(code)),
        ids: EXIT_CODE_MEANINGS.map(([code]) => String(code)),
      });
      return;
    }
    const columns = context.io.stdout.columns ?? DEFAULT_COLUMNS;
    const help = helpOn(findCommand(topic, context.tree), { tree: context.tree, columns, exitCode: EXIT.ok });
    if (help.kind === "text") context.io.stdout.write(help.text);
  },
};
