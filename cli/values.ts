import { Args } from "./args.ts";
import { usage } from "./failure.ts";
import { DURATION_FORMS, nearest, readDuration } from "./library.ts";
import type { CommandSpec, OptionSpec } from "./spec.ts";

/** What follows `--` are values, whatever they look like: they travel through the parser under a sign. */
export function splitEscaped(argv: readonly string[]): { words: string[]; escaped: Map<string, string> } {
  const at = argv.indexOf("--");
  if (at === -1) return { words: [...argv], escaped: new Map() };
  const escaped = new Map(argv.slice(at + 1).map((word, index) => [`\uE000${index}`, word]));
  return { words: [...argv.slice(0, at), ...escaped.keys()], escaped };
}

/** `--sort -created` as `--sort=-created`: a value may begin with a dash, unless it is an option itself. */
export function joinValues(words: readonly string[], options: readonly OptionSpec[]): string[] {
  const spellings = new Map(
    options.flatMap((option): [string, OptionSpec][] => [
      [`--${option.name}`, option],
      ...(option.alias === undefined ? [] : [[`-${option.alias}`, option] as [string, OptionSpec]]),
    ]),
  );
  const joined: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? "";
    const option = spellings.get(word);
    const value = words[index + 1];
    const valued =
      option !== undefined && option.type !== "flag" && value !== undefined && !spellings.has(value);
    joined.push(valued ? `--${option.name}=${value}` : word);
    if (valued) index += 1;
  }
  return joined;
}

/** `--quiet=maybe` would be taken for false without a word. */
export function refuseFlagValues(
  words: readonly string[],
  options: readonly OptionSpec[],
  help: string,
): void {
  const flags = new Set(options.filter(({ type }) => type === "flag").map(({ name }) => `--${name}`));
  for (const word of words) {
    const [flag = "", value] = word.split(/=(.*)/s);
    if (value !== undefined && flags.has(flag) && value !== "true" && value !== "false")
      throw usage(`${flag} is ${JSON.stringify(value)}; it takes no value`, help);
  }
}

/** The values that were found, each checked and converted by its declaration. */
export function readValues(params: {
  options: readonly OptionSpec[];
  spec: CommandSpec;
  values: Readonly<Record<string, unknown>>;
  escaped: ReadonlyMap<string, string>;
}): Args {
  const { options, spec, values, escaped } = params;
  const read = new Map<string, unknown>();
  const plain = (value: unknown): unknown =>
    typeof value === "string" ? (escaped.get(value) ?? value) : value;
  for (const { name } of spec.positionals ?? []) {
    const value = values[name];
    read.set(name, Array.isArray(value) ? value.map((item) => plain(item)) : plain(value));
  }
  for (const option of options) {
    if (values[option.name] !== undefined)
      read.set(option.name, readOption(option, values[option.name], spec));
  }
  return new Args(read);
}

function readOption(option: OptionSpec, value: unknown, spec: CommandSpec): unknown {
  const flag = `--${option.name}`;
  const help = `hopper ${spec.path.join(" ")} --help`;
  if (option.type === "flag") return (Array.isArray(value) ? value.at(-1) : value) === true;
  if (option.type === "list") return (Array.isArray(value) ? value : [value]).map(String);
  if (Array.isArray(value)) throw usage(`${flag} was given ${value.length} times; it takes one value`, help);
  const text = String(value);
  switch (option.type) {
    case "text":
      checkChoice(option, text, help);
      return text;
    case "whole":
      if (!/^\d{1,9}$/.test(text))
        throw usage(`${flag} is ${JSON.stringify(text)}; a whole number is accepted`, help);
      return Number(text);
    case "json":
      return readJson(flag, text, help);
    case "duration": {
      const ms = readDuration(text, 1_000);
      if (ms === null) throw usage(`${flag} is ${JSON.stringify(text)}; ${DURATION_FORMS} is accepted`, help);
      return ms;
    }
    default:
      return option.type satisfies never;
  }
}

function checkChoice(option: OptionSpec, text: string, help: string): void {
  const { choices, name } = option;
  if (choices === undefined || choices.includes(text)) return;
  const suggestions = nearest(text, choices);
  const hint = suggestions[0] === undefined ? "" : `; did you mean ${suggestions[0]}?`;
  const detail = `--${name} is ${JSON.stringify(text)}; ${choices.join(", ")} are accepted${hint}`;
  throw usage(detail, help, { suggestions });
}

function readJson(flag: string, text: string, help: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw usage(`${flag} is not JSON: ${why}`, help);
  }
}
