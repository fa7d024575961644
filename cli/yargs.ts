import yargs from "yargs";
import type { Argv } from "yargs";
import { CliFailure } from "./failure.ts";
import type { CommandSpec, OptionSpec, PositionalSpec } from "./spec.ts";

/**
 * The values of one line by the declaration of the command it names. yargs only parses and checks here: it prints
 * nothing, runs nothing and ends nothing. `refuse` gets its complaint, and throws.
 */
export function parseValues(params: {
  words: readonly string[];
  spec: CommandSpec;
  globals: readonly OptionSpec[];
  refuse: (message: string) => never;
}): Record<string, unknown> {
  const { words, spec, globals, refuse } = params;
  let values: Record<string, unknown> = {};
  const parser: Argv = yargs([])
    .locale("en")
    .exitProcess(false)
    .showHelpOnFail(false)
    .help(false)
    .version(false)
    .parserConfiguration({
      "boolean-negation": false,
      "camel-case-expansion": false,
      "dot-notation": false,
      "greedy-arrays": false,
      "parse-numbers": false,
      "parse-positional-numbers": false,
      "strip-aliased": true,
    })
    .strict()
    .fail((message: string | null, error: unknown) => {
      // A refusal of our own comes through here a second time.
      if (error instanceof CliFailure) throw error;
      refuse(message ?? (error instanceof Error ? error.message : "the command is not understood"));
    });
  const declared = globals.reduce((all, option) => declare(all, option), parser);
  const take = (found: Record<string, unknown>): void => {
    values = found;
  };
  // Nothing here is asynchronous: the handler has been called when this returns.
  void addCommand(declared, spec, spec.path, take).parse([...words]);
  return values;
}

/** The command below its nouns: `instance`, and in it `create <name>`. */
function addCommand(
  parser: Argv,
  spec: CommandSpec,
  [word = "", ...rest]: readonly string[],
  take: (values: Record<string, unknown>) => void,
): Argv {
  if (rest.length > 0)
    return parser.command({
      command: word,
      builder: (inner: Argv) => addCommand(inner, spec, rest, take),
      handler: () => {},
    });
  const positionals = spec.positionals ?? [];
  return parser.command({
    command: [word, ...positionals.map((positional) => placeholder(positional))].join(" "),
    builder: (inner: Argv) => {
      const built = positionals.reduce((all, { name }) => all.positional(name, { type: "string" }), inner);
      return (spec.options ?? []).reduce((all, option) => declare(all, option), built);
    },
    handler: take,
  });
}

function placeholder({ name, optional, many }: PositionalSpec): string {
  const text = many === true ? `${name}..` : name;
  return optional === true ? `[${text}]` : `<${text}>`;
}

function declare(parser: Argv, { name, alias, type, required }: OptionSpec): Argv {
  return parser.option(name, {
    type: type === "flag" ? "boolean" : "string",
    demandOption: required === true,
    ...(alias === undefined ? {} : { alias }),
    ...(type === "flag" ? {} : { requiresArg: true }),
  });
}
