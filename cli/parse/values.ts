import { DURATION_FORMS, readDuration } from "../../src/contracts/duration.ts";
import { nearest } from "../../src/contracts/nearest.ts";
import { commandText } from "../../src/contracts/shell-word.ts";
import { Args } from "./args.ts";
import { corrected } from "./corrected.ts";
import { usage } from "../failures/failure.ts";
import type { Line } from "./line.ts";
import { didYouMean } from "./mistakes.ts";
import { fieldOf, type CommandSpec, type OptionSpec, type PositionalSpec } from "./spec.ts";

/** The values of a line, each checked and converted by its declaration. Throws a usage failure. */
export function readValues(params: {
  line: Line;
  spec: CommandSpec;
  argv: readonly string[];
  positionals: readonly PositionalSpec[];
  options: readonly OptionSpec[];
}): Args {
  const { line, spec, argv, positionals, options } = params;
  const words = positionals.map((positional, index) => {
    return [positional, positional.many === true ? line.rest.slice(index) : line.rest[index]] as const;
  });
  const given = options.map((option) => {
    const value = line.values[option.name];
    return [option, value === undefined ? undefined : readOption(option, value, { spec, argv })] as const;
  });
  const subject = words.find(([positional]) => positional.subject === true)?.[1];
  return new Args(
    [subject].flat()[0] ?? "",
    new Map([...words, ...given].map(([{ name }, value]) => [name, value])),
    Object.fromEntries([
      ...words
        .filter(([positional]) => positional.subject !== true)
        .map(([word, value]) => [fieldOf(word), value]),
      // `--no-route` says `route: false`.
      ...given
        .filter(([{ local }]) => local !== true)
        .map(([option, value]) => [fieldOf(option), value === true ? !isNo(option) : value]),
    ]),
  );
}

/** `-t a,b` says as much as `-t a -t b`. */
function itemsOf(text: string): string[] {
  const items = text.split(",").map((item) => item.trim());
  return items.length === 1 || items.includes("") ? [text] : items;
}

function isNo({ name }: OptionSpec): boolean {
  return name.startsWith("no-");
}

interface Written {
  readonly spec: CommandSpec;
  readonly argv: readonly string[];
}

function readOption(option: OptionSpec, value: unknown, { spec, argv }: Written): unknown {
  const { name, type = "text" } = option;
  const flag = `--${name}`;
  const help = `${commandText(spec.path)} --help`;
  if (type === "flag") return value === true ? true : undefined;
  if (type === "list") return [value].flat().flatMap((one) => itemsOf(String(one)));
  if (Array.isArray(value)) throw usage(`${flag} was given ${value.length} times; it takes one value`, help);
  const text = String(value);
  switch (type) {
    case "text":
      checkChoice(option, text, { help, argv });
      return text;
    case "whole":
      if (!/^\d{1,9}$/.test(text))
        throw usage(`${flag} is ${JSON.stringify(text)}; a whole number is accepted`, help);
      return Number(text);
    case "json":
      return readJson(flag, text, help);
    case "value":
      return readValue(text);
    case "duration": {
      const ms = readDuration(text, 1_000);
      if (ms === null) throw usage(`${flag} is ${JSON.stringify(text)}; ${DURATION_FORMS} is accepted`, help);
      return ms;
    }
    default:
      return type satisfies never;
  }
}

function checkChoice(
  option: OptionSpec,
  text: string,
  { help, argv }: { readonly help: string; readonly argv: readonly string[] },
): void {
  const { choices, name } = option;
  if (choices === undefined || choices.includes(text)) return;
  const suggestions = nearest(text, choices);
  const accepted = `${choices.join(", ")} are accepted${didYouMean(suggestions[0])}`;
  const [meant] = suggestions;
  const fix = (meant === undefined ? undefined : corrected(argv, text, meant)) ?? help;
  throw usage(`--${name} is ${JSON.stringify(text)}; ${accepted}`, fix, { suggestions });
}

/** JSON where it is some, else the text itself. */
function readValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function readJson(flag: string, text: string, help: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw usage(`${flag} is not JSON: ${why}`, help);
  }
}
