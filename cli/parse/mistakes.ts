import { nearest } from "../../src/contracts/nearest.ts";
import { commandText } from "../../src/contracts/shell-word.ts";
import { usage } from "../failures/failure.ts";
import type { Line } from "./line.ts";
import { below, GLOBAL_OPTIONS, type CommandSpec, type CommandTree, type OptionSpec } from "./spec.ts";

/** What is wrong with a line, told from what was read of it and what the command takes. */

/** A line with the first of its options that nobody knows, as it is written; null = all are known. */
export interface Understood extends Line {
  readonly unknown: string | null;
}

/** What people write who come from other tools, and what it is called here. */
const MEANT: Readonly<Record<string, readonly string[]>> = {
  ls: ["task", "list"],
  list: ["task", "list"],
  ps: ["status"],
  top: ["status"],
  add: ["task", "add"],
  show: ["task", "show"],
  logs: ["task", "logs"],
  tree: ["instance", "tree"],
  create: ["instance", "create"],
  start: ["instance", "start"],
  stop: ["instance", "stop"],
  init: ["instance", "create", "global", "--scope", "global", "--start"],
  rm: ["task", "cancel"],
  "task ls": ["task", "list"],
  "task rm": ["task", "cancel"],
  "task delete": ["task", "cancel"],
  "task create": ["task", "add"],
  "task done": ["task", "complete"],
  "instance ls": ["instance", "list"],
  "instance ps": ["instance", "status"],
  "instance rm": ["instance", "terminate"],
  "instance delete": ["instance", "terminate"],
  "instance add": ["instance", "create"],
  "delegation ls": ["delegation", "list"],
  "dead-letter ls": ["dead-letter", "list"],
};

/** The refusal of a word that names nothing, with the nearest that does. */
export function unknownCommand(
  { path, rest }: Line,
  argv: readonly string[],
  { commands }: CommandTree,
): Error {
  const [word = ""] = rest;
  if (word === "version" && path.length === 0)
    return usage('there is no command "version"; did you mean --version?', "hopper --version");
  const meant = MEANT[[...path, word].join(" ")];
  if (meant !== undefined) {
    const named = JSON.stringify([...path, word].join(" "));
    // The word itself, and not the value of an option before it.
    const at = argv.findIndex((one, index) => one === word && argv[index - 1]?.startsWith("-") !== true);
    const line = argv.flatMap((one, index) => (index === at ? meant.slice(path.length) : [one]));
    return usage(`there is no command ${named}${didYouMean(meant.join(" "))}`, commandText(line));
  }
  const { words } = below(path, commands);
  words.delete(word); // it stands after `--`
  const suggestions = nearest(word, words, 3);
  const best = suggestions[0];
  const hint = didYouMean(best && [...path, best].join(" "));
  return usage(
    `there is no command ${JSON.stringify([...path, word].join(" "))}${hint}`,
    commandText(best === undefined ? [...path, "--help"] : argv.with(argv.indexOf(word), best)),
    { suggestions },
  );
}

/** The refusal of an option that the command does not have. */
export function unknownOption(written: string, { path, spec }: Line, argv: readonly string[]): Error {
  const [name = ""] = written.split("=");
  const known = [...(spec?.options ?? []), ...GLOBAL_OPTIONS].filter(({ hidden }) => hidden !== true);
  const suggestions = nearest(
    name.replace(/^-+/, ""),
    known.map((option) => option.name),
    3,
  ).map((option) => `--${option}`);
  const best = suggestions[0];
  const fix =
    best === undefined || spec === undefined
      ? [...path, "--help"]
      : argv.with(argv.indexOf(written), best + written.slice(name.length));
  return usage(`${commandText(path)} has no option ${name}${didYouMean(best)}`, commandText(fix), {
    suggestions,
  });
}

/** Throws for what the command does not take, or misses. */
export function checkLine(params: {
  line: Understood;
  spec: CommandSpec;
  argv: readonly string[];
  options: readonly OptionSpec[];
}): void {
  const { line, spec, argv, options } = params;
  // A misspelt option is often why another one is missing.
  if (line.unknown !== null) throw unknownOption(line.unknown, line, argv);
  const words = optionWords(argv);
  const command = commandText(spec.path);
  const help = `${command} --help`;
  const flags = new Set(
    options.filter(({ type }) => type === "flag").flatMap(({ name, alias }) => [`--${name}`, `-${alias}`]),
  );
  for (const word of words) {
    const [flag = "", value] = word.split(/=(.*)/s);
    if (value !== undefined && flags.has(flag) && value !== "true" && value !== "false")
      throw usage(`${flag} is ${JSON.stringify(value)}; it takes no value`, help);
  }
  const positionals = spec.positionals ?? [];
  const wanted = positionals.filter(({ optional }) => optional !== true);
  if (line.rest.length < wanted.length)
    throw usage(`${command} needs ${wanted.map(({ name }) => name.toUpperCase()).join(" ")}`, help);
  const spelt = new Set(options.flatMap(({ name, alias }) => [`--${name}`, `-${alias}`]));
  const bare = words.find(
    (word, index) =>
      spelt.has(word) &&
      !flags.has(word) &&
      (index + 1 === words.length || spelt.has(words[index + 1] ?? "")),
  );
  if (bare !== undefined) throw usage(`${bare} needs a value`, help);
  const missing = options.filter(
    ({ name, required }) => required === true && line.values[name] === undefined,
  );
  if (missing.length > 0)
    throw usage(`${command} needs ${missing.map(({ name }) => `--${name}`).join(" and ")}`, help);
  const takesAll = positionals.some(({ many }) => many === true);
  const extra = takesAll ? undefined : line.rest[positionals.length];
  if (extra !== undefined) throw usage(`${command} does not take ${JSON.stringify(extra)}`, help);
}

/** The end of a refusal, where something is near what was written. */
export function didYouMean(best: string | undefined): string {
  return best === undefined ? "" : `; did you mean ${best}?`;
}

/** The words that may be options: those before `--`. */
export function optionWords(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf("--");
  return end === -1 ? argv : argv.slice(0, end);
}
