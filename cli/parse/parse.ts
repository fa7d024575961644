import { EXIT } from "../failures/exit-codes.ts";
import { commandHelp, overviewHelp } from "../render/help.ts";
import type { Args } from "./args.ts";
import type { Line } from "./line.ts";
import { checkLine, optionWords, unknownCommand, unknownOption, type Understood } from "./mistakes.ts";
import { GLOBAL_OPTIONS, type CommandSpec, type CommandTree } from "./spec.ts";
import { readValues } from "./values.ts";

/** What a command line asks for: a command with its values, or text to print. */
export type Parsed =
  | { readonly kind: "command"; readonly spec: CommandSpec; readonly args: Args; readonly globals: Args }
  | { readonly kind: "text"; readonly text: string; readonly exitCode: number };

interface ParseParams {
  argv: readonly string[];
  tree: CommandTree;
  /** Of the terminal, for the help. */
  columns: number;
  version: string;
}

const HELP = new Set(["--help", "-h"]);
/** A line longer than this is hard to read. */
const HELP_COLUMNS = 100;

/** Finds the command a line names, and its values. Throws a usage failure for what is not understood. */
export async function parse({ argv: written, tree, columns, version }: ParseParams): Promise<Parsed> {
  const argv = withValuesApart(written, tree);
  const words = optionWords(argv);
  if (words.includes("--version")) return { kind: "text", text: `${version}\n`, exitCode: EXIT.ok };
  const asked = words.some((word) => HELP.has(word));
  const rest = argv.filter((word, index) => index >= words.length || !HELP.has(word));
  const line = await understand(rest, tree, argv);
  const { spec, unknown } = line;
  if (spec === undefined && unknown !== null && !asked) throw unknownOption(unknown, line, argv);
  if (spec === undefined || asked)
    return { kind: "text", text: helpText(line, tree, columns), exitCode: asked ? EXIT.ok : EXIT.usage };
  // An option of the command hides a global one of the same name (`instance create --config JSON`).
  const { options = [] } = spec;
  const globals = GLOBAL_OPTIONS.filter(({ name }) => options.every((own) => own.name !== name));
  checkLine({ line, spec, argv, options: [...options, ...globals] });
  return {
    kind: "command",
    spec,
    args: readValues({ line, spec, argv, positionals: spec.positionals ?? [], options }),
    globals: readValues({ line, spec, argv, positionals: [], options: globals }),
  };
}

/** `-ojson` is `-o json`, unless it is itself the value of what stands before it. */
function withValuesApart(argv: readonly string[], { commands }: CommandTree): string[] {
  const options = [...GLOBAL_OPTIONS, ...commands.flatMap(({ options: own = [] }) => own)];
  const valued = options.filter(({ type }) => type !== "flag");
  const taking = new Set(valued.flatMap(({ name, alias }) => [`--${name}`, `-${alias}`]));
  const end = optionWords(argv).length;
  return argv.flatMap((word, index) => {
    const short = word.slice(0, 2);
    const isValue = index >= end || taking.has(argv[index - 1] ?? "");
    if (isValue || word.length < 3 || word.startsWith("--") || word[2] === "=" || !taking.has(short))
      return [word];
    return [short, word.slice(2)];
  });
}

/** Help on what the topic's words name; on everything, when there are none. Throws for a word that names nothing. */
export async function helpOn(topic: readonly string[], tree: CommandTree, columns: number): Promise<string> {
  return helpText(await understand(topic, tree, topic), tree, columns);
}

function helpText({ path, spec }: Line, tree: CommandTree, columns: number): string {
  const width = Math.min(columns, HELP_COLUMNS);
  const lines = spec === undefined ? overviewHelp(path, tree, width) : commandHelp(spec, width);
  return `${lines.join("\n")}\n`;
}

/**
 * The command a line names. Where an option is unknown, the line is read again without it: what follows it may be the
 * next word of the command. Throws for a word that names nothing.
 */
async function understand(
  argv: readonly string[],
  tree: CommandTree,
  written: readonly string[],
): Promise<Understood> {
  // Nothing to take apart: `hopper --help` loads no parser.
  if (argv.length === 0) return { path: [], spec: undefined, rest: [], values: {}, unknown: null };
  const { readLine } = await import("./line.ts");
  const line = readLine(argv, tree);
  const known = [...(line.spec?.options ?? []), ...GLOBAL_OPTIONS];
  const key = Object.keys(line.values).find((name) => known.every((option) => option.name !== name));
  if (key !== undefined) {
    const index = placeOf(key, optionWords(argv), tree);
    if (index === -1) return { ...line, unknown: `--${key}` };
    return { ...(await understand(argv.toSpliced(index, 1), tree, written)), unknown: argv[index] ?? key };
  }
  if (line.spec === undefined && line.rest.length > 0) throw unknownCommand(line, written, tree);
  return { ...line, unknown: null };
}

/** Where an option is written: `--key`, `--key=value`, `-k`, or `-xyk`; -1 = nowhere. */
function placeOf(key: string, words: readonly string[], { commands }: CommandTree): number {
  const forms = [`--${key}`, `-${key}`];
  for (const { options = [] } of commands)
    for (const { name, alias } of options) if (name === key && alias !== undefined) forms.push(`-${alias}`);
  const written = words.findIndex((word) => forms.includes(word.split("=")[0] ?? ""));
  return written === -1 && key.length === 1
    ? words.findIndex((word) => /^-[^-]/.test(word) && word.includes(key))
    : written;
}
