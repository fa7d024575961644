import type { Args } from "./args.ts";
import { EXIT } from "./exit-codes.ts";
import { usage } from "./failure.ts";
import { commandText } from "./quote.ts";
import { nearest } from "./library.ts";
import { commandHelp, overviewHelp } from "./render/help.ts";
import { GLOBAL_OPTIONS, type CommandSpec, type NounSpec } from "./spec.ts";
import { joinValues, readValues, refuseFlagValues, splitEscaped } from "./values.ts";

/** What a command line asks for: a command with its values, or text to print. */
export type Parsed =
  | { readonly kind: "command"; readonly spec: CommandSpec; readonly args: Args; readonly globals: Args }
  | { readonly kind: "text"; readonly text: string; readonly exitCode: number };

export interface CommandTree {
  readonly commands: readonly CommandSpec[];
  readonly nouns: readonly NounSpec[];
}

interface ParseParams {
  argv: readonly string[];
  tree: CommandTree;
  /** Of the terminal, for the help. */
  columns: number;
  version: string;
}

/** Options that stand for a whole command. */
const ALONE = new Set(["version"]);
/** A line longer than this is hard to read. */
const HELP_COLUMNS = 100;

/** Finds the command a line names, and its values. Throws a usage failure for what is not understood. */
export async function parse(params: ParseParams): Promise<Parsed> {
  const { argv, tree, columns, version } = params;
  const { words, escaped } = splitEscaped(argv);
  if (words.includes("--version")) return { kind: "text", text: `${version}\n`, exitCode: 0 };
  const named = findCommand(words, tree);
  const asked = words.includes("--help") || words.includes("-h");
  if (named.spec === undefined && !asked) refuseUnknownOption(words, named.path);
  if (named.spec === undefined || asked)
    return helpOn(named, { tree, columns, exitCode: asked ? 0 : EXIT.usage });
  const { parseValues } = await import("./yargs.ts");
  const { spec } = named;
  // An option of the command hides a global one of the same name (`instance create --config JSON`).
  const hidden = new Set(spec.options?.map(({ name }) => name));
  const globals = GLOBAL_OPTIONS.filter(({ name }) => !hidden.has(name));
  const options = [...(spec.options ?? []), ...globals];
  refuseFlagValues(words, options, commandText([...spec.path, "--help"]));
  const values = parseValues({
    words: joinValues(words, options),
    spec,
    globals,
    refuse: (message) => {
      throw explainUsage({ message, words, spec });
    },
  });
  return {
    kind: "command",
    spec,
    args: readValues({ options: spec.options ?? [], spec, values, escaped }),
    globals: readValues({ options: globals, spec, values, escaped }),
  };
}

/** The command that the words of a line name; undefined when they stop at a noun. Throws for a word that names nothing. */
export function findCommand(
  argv: readonly string[],
  tree: CommandTree,
): { path: string[]; spec: CommandSpec | undefined } {
  const path: string[] = [];
  for (const word of wordsOf(argv)) {
    const next = [...path, word];
    const below = tree.commands.filter(({ path: known }) =>
      next.every((part, index) => known[index] === part),
    );
    if (below.length === 0) throw unknownCommand({ path: next, argv, tree });
    path.push(word);
    const spec = below.find((command) => command.path.length === path.length);
    if (spec !== undefined) return { path, spec };
  }
  return { path, spec: undefined };
}

function unknownCommand(params: {
  path: readonly string[];
  argv: readonly string[];
  tree: CommandTree;
}): Error {
  const { path, argv, tree } = params;
  const above = path.slice(0, -1);
  const word = path.at(-1) ?? "";
  const known = new Set(
    tree.commands
      .filter(({ path: words }) => above.every((part, index) => words[index] === part))
      .map(({ path: words }) => words[above.length] ?? ""),
  );
  if (ALONE.has(word) && above.length === 0)
    return usage(`there is no command ${JSON.stringify(word)}; did you mean --${word}?`, `hopper --${word}`);
  const suggestions = nearest(word, known, 3);
  const best = suggestions[0];
  const fix = best === undefined ? [...above, "--help"] : argv.with(argv.indexOf(word), best);
  const detail = `there is no command ${JSON.stringify(path.join(" "))}`;
  const help = best === undefined ? "" : `; did you mean ${[...above, best].join(" ")}?`;
  return usage(detail + help, commandText(fix), { suggestions });
}

/** Help on a command, on what stands below a noun, or on everything. */
export function helpOn(
  named: { path: readonly string[]; spec: CommandSpec | undefined },
  params: { tree: CommandTree; columns: number; exitCode: number },
): Parsed {
  const columns = Math.min(params.columns, HELP_COLUMNS);
  const lines =
    named.spec === undefined
      ? overviewHelp(named.path, params.tree, columns)
      : commandHelp(named.spec, columns);
  return { kind: "text", text: `${lines.join("\n")}\n`, exitCode: params.exitCode };
}

/** A line that names no command may still hold a misspelt option. */
function refuseUnknownOption(words: readonly string[], path: readonly string[]): void {
  const known = new Set(GLOBAL_OPTIONS.flatMap(({ name, alias }) => [`--${name}`, `-${alias ?? name}`]));
  const unknown = words.find((word) => word.startsWith("-") && !known.has(word.split("=")[0] ?? ""));
  if (unknown === undefined) return;
  const command = ["hopper", ...path].join(" ");
  const [best] = nearest(
    unknown.replace(/^-+/, ""),
    GLOBAL_OPTIONS.map(({ name }) => name),
  );
  const hint = best === undefined ? "" : `; did you mean --${best}?`;
  throw usage(`${command} has no option ${unknown.split("=")[0]}${hint}`, `${command} --help`);
}

/** The words of a line that are no options and no values of global options. */
function wordsOf(argv: readonly string[]): string[] {
  const words: string[] = [];
  const valued = new Set(
    GLOBAL_OPTIONS.filter(({ type }) => type !== "flag").flatMap(({ name, alias }) =>
      alias === undefined ? [`--${name}`] : [`--${name}`, `-${alias}`],
    ),
  );
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? "";
    if (valued.has(word)) index += 1;
    else if (!word.startsWith("-")) words.push(word);
  }
  return words;
}

/** yargs' own complaint in Hopper's words. */
function explainUsage(params: { message: string; words: readonly string[]; spec: CommandSpec }): Error {
  const { message, words, spec } = params;
  const command = ["hopper", ...spec.path].join(" ");
  const help = `${command} --help`;
  const unknown = /^Unknown (?:argument|command)s?: ([^,]+)/.exec(message)?.[1];
  if (unknown !== undefined) return unknownArgument({ unknown, words, spec, command });
  const missing = /^Missing required arguments?: (.+)$/.exec(message)?.[1];
  if (missing !== undefined)
    return usage(
      `${command} needs ${missing
        .split(", ")
        .map((name) => `--${name}`)
        .join(" and ")}`,
      help,
    );
  if (message.startsWith("Not enough non-option arguments")) {
    const wanted = (spec.positionals ?? []).filter(({ optional }) => optional !== true);
    const names = wanted.map(({ name }) => name.toUpperCase()).join(" ");
    return usage(`${command} needs ${names}`, help);
  }
  const valueless = /^Not enough arguments following: (.+)$/.exec(message)?.[1];
  if (valueless !== undefined)
    return usage(`${valueless.length === 1 ? "-" : "--"}${valueless} needs a value`, help);
  return usage(message.split("\n")[0] ?? message, help);
}

function unknownArgument(params: {
  unknown: string;
  words: readonly string[];
  spec: CommandSpec;
  command: string;
}): Error {
  const { unknown, words, spec, command } = params;
  const written = words.find(
    (word) => /^--?/.test(word) && word.replace(/^--?/, "").split("=")[0] === unknown,
  );
  if (
    written === undefined &&
    !words.some((word) => word.startsWith("-") && !word.startsWith("--") && word.includes(unknown))
  )
    return usage(`${command} does not take ${JSON.stringify(unknown)}`, `${command} --help`);
  const dashed = unknown.length === 1 ? `-${unknown}` : `--${unknown}`;
  const help = `${command} --help`;
  const known = [...(spec.options ?? []), ...GLOBAL_OPTIONS].filter(({ hidden }) => hidden !== true);
  const suggestions = nearest(
    unknown,
    known.map(({ name }) => name),
    3,
  ).map((name) => `--${name}`);
  const best = suggestions[0];
  if (best === undefined || written === undefined)
    return usage(`${command} has no option ${dashed}`, help, { suggestions });
  const fix = words.with(words.indexOf(written), written.replace(/^--?[^=]+/, best));
  return usage(`${command} has no option ${dashed}; did you mean ${best}?`, commandText(fix), {
    suggestions,
  });
}
