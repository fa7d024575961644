import type { Args } from "./args.ts";
import type { Context } from "../context.ts";
import { FORMATS } from "../output.ts";

/**
 * How a value is read: `list` may be given several times or with commas, `whole` is a whole number, `value` JSON or else text,
 * `duration` becomes milliseconds.
 */
export type ValueType = "text" | "list" | "flag" | "whole" | "json" | "value" | "duration";

/** One option of a command. */
export interface OptionSpec {
  readonly name: string;
  readonly alias?: string;
  /** Default: text. */
  readonly type?: ValueType;
  readonly describe: string;
  readonly required?: boolean;
  readonly choices?: readonly string[];
  readonly hidden?: boolean;
  /** The command's own: the library does not hear of it. */
  readonly local?: true;
  /** See {@link fieldOf}. */
  readonly field?: string;
}

/** One value that stands by its position. */
export interface PositionalSpec {
  readonly name: string;
  readonly describe: string;
  readonly optional?: boolean;
  /** Takes all that follow. */
  readonly many?: boolean;
  /** The id, ref or name that the command is about. */
  readonly subject?: boolean;
}

/** One command: what it is called, takes and does. The same tree serves the command line and the REPL. */
export interface CommandSpec {
  /** `["instance", "create"]`. */
  readonly path: readonly string[];
  readonly summary: string;
  readonly positionals?: readonly PositionalSpec[];
  readonly options?: readonly OptionSpec[];
  readonly examples?: readonly string[];
  /** Resolves with the exit code; nothing = 0. Throws what goes wrong. */
  readonly act: (context: Context, args: Args) => Promise<number | void>;
}

/** What the library calls an option or a word: by its name `dependsOn` for `--depends-on`, `route` for `--no-route`. */
export function fieldOf({ name, field }: { readonly name: string; readonly field?: string }): string {
  if (field !== undefined) return field;
  return name.replace(/^no-/, "").replaceAll(/-([a-z])/g, (_all, letter: string) => letter.toUpperCase());
}

/** Every command there is, in the order of the help. */
export interface CommandTree {
  readonly commands: readonly CommandSpec[];
  /** The words before the last one of a path, with what they are about. */
  readonly nouns: readonly { readonly name: string; readonly summary: string }[];
}

/** The commands whose path begins so, and the words that follow in them. */
export function below(path: readonly string[], commands: readonly CommandSpec[]) {
  const found = commands.filter((spec) => path.every((word, index) => spec.path[index] === word));
  return { commands: found, words: new Set(found.map((spec) => spec.path[path.length] ?? "")) };
}

/** Taken by every command, before or after it. Source: spec/cli.md 5.1. */
export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  { name: "output", alias: "o", choices: FORMATS, describe: `Format: ${FORMATS.join(", ")}` },
  { name: "json", type: "flag", describe: "The same as -o json" },
  {
    name: "data",
    describe:
      "Data folder (default: where HOPPER_STORE says, else the nearest .hopper upward, else ./.hopper)",
  },
  { name: "config", describe: "Configuration file (default: hopper.yaml in the data folder, then here)" },
  { name: "quiet", type: "flag", describe: "Print ids only, and no remarks" },
];
