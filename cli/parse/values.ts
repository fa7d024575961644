import { DURATION_FORMS, readDuration } from "../../src/contracts/duration.ts";
import { nearest } from "../../src/contracts/nearest.ts";
import { commandText } from "../../src/contracts/shell-word.ts";
import { Args } from "./args.ts";
import { usage } from "../failures/failure.ts";
import type { Line } from "./line.ts";
import { didYouMean } from "./mistakes.ts";
import { fieldOf, type CommandSpec, type OptionSpec, type PositionalSpec } from "./spec.ts";

/** The values of a line, each checked and converted by its declaration. Throws a usage failure. */
export function readValues(params: {
  line: Line;
  spec: CommandSpec;
  positionals: readonly PositionalSpec[];
  options: readonly OptionSpec[];
}): Args {
  const { line, spec, positionals, options } = params;
  const words = positionals.map((positional, index) => {
    return [positional, positional.many === true ? line.rest.slice(index) : line.rest[index]] as const;
  });
  const given = options.map((option) => {
    const value = line.values[option.name];
    return [option, value === undefined ? undefined : readOption(option, value, spec)] as const;
  });
  const subject = words.find(([positional]) => positional.subject === true)?.[1];
  return new Args(
    typeof subject === "string" ? subject : "",
    new Map([...words, ...given].map(([{ name }, value]) => [name, value])),
    Object.fromEntries([
      ...words.filter(([{ subject }]) => subject !== true).map(([word, value]) => [fieldOf(word), value]),
      // `--no-route` says `route: false`.
      ...given.map(([option, value]) => [fieldOf(option), value === true ? !isNo(option) : value]),
    ]),
  );
}

function isNo({ name }: OptionSpec): boolean {
  return name.startsWith("no-");
}

function readOption(option: OptionSpec, value: unknown, spec: CommandSpec): unknown {
  const { name, type = "text" } = option;
  const flag = `--${name}`;
  const help = `${commandText(spec.path)} --help`;
  if (type === "flag") return value === true ? true : undefined;
  if (type === "list") return (Array.isArray(value) ? value : [value]).map(String);
  if (Array.isArray(value)) throw usage(`${flag} was given ${value.length} times; it takes one value`, help);
  const text = String(value);
  switch (type) {
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
      return type satisfies never;
  }
}

function checkChoice(option: OptionSpec, text: string, help: string): void {
  const { choices, name } = option;
  if (choices === undefined || choices.includes(text)) return;
  const suggestions = nearest(text, choices);
  const accepted = `${choices.join(", ")} are accepted${didYouMean(suggestions[0])}`;
  throw usage(`--${name} is ${JSON.stringify(text)}; ${accepted}`, help, { suggestions });
}

function readJson(flag: string, text: string, help: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw usage(`${flag} is not JSON: ${why}`, help);
  }
}
