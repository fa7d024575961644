import yargs, { type Argv, type CommandModule, type Options } from "yargs";
import { below, GLOBAL_OPTIONS, type CommandSpec, type CommandTree, type OptionSpec } from "./spec.ts";

/** A line as yargs reads it: which command it names, and what stands beside that. */
export interface Line {
  /** The command's words, or a noun's: `["task", "add"]`, `["task"]`. */
  readonly path: readonly string[];
  /** undefined = the words stop at a noun. */
  readonly spec: CommandSpec | undefined;
  /** The words behind the path, those after `--` last. */
  readonly rest: readonly string[];
  /** The values of options by their names, also of such as the command does not have. */
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * Reads a line. yargs finds the command and takes the options apart; it prints, runs and ends nothing. What it has to
 * say of a mistake is a sentence in some language: what is wrong is told by mistakes.ts, from what was read.
 */
export function readLine(argv: readonly string[], tree: CommandTree): Line {
  let found: Pick<Line, "path" | "spec"> = { path: [], spec: undefined };
  const enter: Enter = (path, spec) => {
    found = { path, spec };
  };
  const parser = yargs([])
    .detectLocale(false)
    .exitProcess(false)
    .help(false)
    .version(false)
    .fail(false)
    .parserConfiguration({
      "boolean-negation": false,
      "camel-case-expansion": false,
      "dot-notation": false,
      "nargs-eats-options": true, // a value may begin with a dash: --sort -created
      "parse-numbers": false,
      "parse-positional-numbers": false,
      "populate--": true,
      "strip-aliased": true,
    })
    .options(everyOption(tree))
    .command(modulesBelow([], tree.commands, enter));
  try {
    parser.parseSync([...argv]);
  } catch {
    // It refuses what misses a value, and stumbles over `--constructor`. What it has read by then is whole.
  }
  if (parser.parsed === false) throw new Error("yargs has not read the line");
  const { _: words, "--": escaped = [], $0: _program, ...values } = parser.parsed.argv;
  return { ...found, rest: [...words.slice(found.path.length), ...escaped].map(String), values };
}

type Enter = (path: readonly string[], spec: CommandSpec | undefined) => void;

/** The tree as command modules: what may follow these words, and in each of them what follows it. */
function modulesBelow(
  path: readonly string[],
  commands: readonly CommandSpec[],
  enter: Enter,
): CommandModule[] {
  const { commands: inner, words } = below(path, commands);
  return [...words].map((word) => {
    const here = [...path, word];
    const spec = inner.find((one) => one.path.length === here.length && one.path.at(-1) === word);
    return {
      command: word,
      builder: (parser: Argv) => {
        enter(here, spec);
        return spec === undefined ? parser.command(modulesBelow(here, inner, enter)) : parser;
      },
      handler: () => {},
    };
  });
}

/**
 * The options of all commands: one may stand before its command, whose words must not be taken for its value. So an
 * option takes a value in every command that has it, or in none.
 */
function everyOption({ commands }: CommandTree): Record<string, Options> {
  const all = [...GLOBAL_OPTIONS, ...commands.flatMap(({ options = [] }) => options)];
  return Object.fromEntries(all.map((option) => [option.name, declared(option)]));
}

function declared({ alias, type }: OptionSpec): Options {
  return {
    ...(alias === undefined ? {} : { alias }),
    ...(type === "flag" ? { type: "boolean" } : { type: "string", requiresArg: true }),
  };
}
