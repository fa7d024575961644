import {
  GLOBAL_OPTIONS,
  type CommandSpec,
  type CommandTree,
  type OptionSpec,
  type PositionalSpec,
  type ValueType,
} from "../parse/spec.ts";
import { columnsOf, wrap } from "./text.ts";

/** Help texts, drawn from the declarations: nothing is parsed or loaded for them. */

type Row = readonly [term: string, description: string];

const PLACEHOLDERS: Readonly<Record<ValueType, string>> = {
  text: " TEXT",
  list: " TEXT",
  flag: "",
  whole: " N",
  json: " JSON",
  value: " JSON",
  duration: " TIME",
};
const ASIDE: readonly Row[] = [
  ["-h, --help", "Show help"],
  ["--version", "Show the version"],
];
const EPILOGUE = "Exit codes: hopper help exit-codes";
/** The terms stand in a column of at most this width; a longer one gets a line of its own. */
const TERM_COLUMNS = 30;
const DESCRIPTION_MINIMUM = 20;

/** Help on one command. */
export function commandHelp(spec: CommandSpec, columns: number): string[] {
  const { positionals = [], options = [] } = spec;
  const own = options.filter(({ hidden }) => hidden !== true);
  const globals = GLOBAL_OPTIONS.filter((option) => own.every(({ name }) => name !== option.name));
  const examples = (spec.examples ?? []).map((example): Row => [example, ""]);
  const words = ["hopper", ...spec.path, ...positionals.map((positional) => placeholder(positional))];
  return [
    ...wrap(`Usage: ${words.join(" ")}${own.length > 0 ? " [options]" : ""}`, columns),
    "",
    ...wrap(spec.summary, columns),
    ...section("", rowsOf(positionals, term), columns),
    ...section("Options:", rowsOf(own, optionTerm), columns),
    ...section("Global options:", [...rowsOf(globals, optionTerm), ...ASIDE], columns),
    ...section("Examples:", examples, columns),
  ];
}

/** Help on everything (no words), or on what stands below a noun. */
export function overviewHelp(path: readonly string[], tree: CommandTree, columns: number): string[] {
  const [noun] = path;
  const commands = tree.commands
    .filter((spec) => (noun === undefined ? spec.path.length === 1 : spec.path[0] === noun))
    .map((spec): Row => [commandTerm(spec), spec.summary]);
  const nouns = noun === undefined ? tree.nouns.map((row): Row => [row.name, row.summary]) : [];
  return [
    `Usage: ${["hopper", ...path, "COMMAND"].join(" ")}`,
    ...section("Commands:", [...nouns, ...commands], columns),
    ...section("Global options:", [...rowsOf(GLOBAL_OPTIONS, optionTerm), ...ASIDE], columns),
    "",
    noun === undefined ? `Help on a command: hopper COMMAND --help\n${EPILOGUE}` : EPILOGUE,
  ].flatMap((line) => line.split("\n"));
}

function commandTerm({ path, positionals = [] }: CommandSpec): string {
  return [...path.slice(-1), ...positionals.map((positional) => placeholder(positional))].join(" ");
}

function rowsOf<Spec extends OptionSpec | PositionalSpec>(
  specs: readonly Spec[],
  named: (spec: Spec) => string,
) {
  return specs.map((spec): Row => {
    const needed = "required" in spec && spec.required ? " (required)" : "";
    return [named(spec), spec.describe + needed];
  });
}

function optionTerm({ name, alias, type = "text", choices }: OptionSpec): string {
  const names = alias === undefined ? `--${name}` : `-${alias}, --${name}`;
  const value = choices === undefined ? PLACEHOLDERS[type] : ` ${choices.join("|")}`;
  return names + (value.length > 12 ? PLACEHOLDERS[type] : value);
}

function term({ name, many }: PositionalSpec): string {
  return name.toUpperCase() + (many === true ? "..." : "");
}

function placeholder(positional: PositionalSpec): string {
  return positional.optional === true ? `[${term(positional)}]` : term(positional);
}

/** A title and aligned rows, the descriptions wrapped; nothing for no rows. */
function section(title: string, rows: readonly Row[], columns: number): string[] {
  if (rows.length === 0) return [];
  const described = rows.filter(([, description]) => description !== "");
  const widest = Math.max(0, ...described.map(([name]) => columnsOf(name)));
  const width = Math.min(TERM_COLUMNS, widest, Math.max(0, columns - DESCRIPTION_MINIMUM - 4));
  const room = columns - width - 4;
  return [
    "",
    ...(title === "" ? [] : [title]),
    ...rows.flatMap(([name, description]) => rowLines(name, wrap(description, room), width)),
  ];
}

function rowLines(name: string, lines: readonly string[], width: number): string[] {
  const indent = " ".repeat(width + 4);
  const [first = "", ...rest] = lines;
  const below = rest.map((line) => indent + line);
  if (columnsOf(name) > width) return [`  ${name}`, ...(first === "" ? [] : [indent + first]), ...below];
  return [`  ${name.padEnd(width)}  ${first}`.trimEnd(), ...below];
}
