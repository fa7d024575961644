import { EXIT_CODES } from "../failures/exit-codes.ts";
import { helpOn } from "../parse/parse.ts";
import type { CommandSpec, CommandTree } from "../parse/spec.ts";
import { DEFAULT_COLUMNS } from "../render/look.ts";

/** `help`, `help task add`, `help exit-codes`. The tree is asked for late: this command is in it. */
export function helpCommand(tree: () => CommandTree): CommandSpec {
  return {
    path: ["help"],
    summary: "Help on a command, or on exit-codes",
    positionals: [{ name: "topic", describe: "A command, or exit-codes", optional: true, many: true }],
    act: async (context, args) => {
      const topic = args.list("topic");
      const { stdout } = context.io;
      if (topic.join(" ") !== "exit-codes") {
        stdout.write(await helpOn(topic, tree(), stdout.columns ?? DEFAULT_COLUMNS));
        return;
      }
      const items = Object.values(EXIT_CODES).map(([code, meaning]) => ({ code, meaning }));
      await context.show({
        body: { items },
        items,
        lines: () => items.map(({ code, meaning }) => `${String(code).padStart(3)}  ${meaning}`),
        named: items.map(({ code }) => ({ id: String(code) })),
      });
    },
  };
}
