import * as z from "zod";
import { HopperError } from "../../machines/errors.ts";
import { given } from "./given.ts";
import { suggest } from "./nearest.ts";
import { NESTING, scan, type Path } from "./scan.ts";
import { snakeCase } from "./wire.ts";

/** One thing that is wrong with an input, as it stands in the facts of the refusal. */
export interface Issue {
  /** Where: `tags[2]`, `config.max_concurrent_tasks`; empty = the input as a whole. */
  readonly path: string;
  /** What was found and what is accepted; reads on after the path. */
  readonly message: string;
  /** What was probably meant. */
  readonly suggestion?: string;
}

/** How {@link checkUnknown} speaks. */
export interface CheckOptions {
  /** How this door calls the fields in messages: `parentId` (default) or, on the wire, `parent_id`. */
  readonly names?: "camel" | "snake";
}

/** Schemas of questions: what is wrong with them is `bad_filter`, not `validation_failed`. */
const queries = new WeakSet<z.ZodType>();

/** Marks a schema as one of a question. */
export function query<S extends z.ZodType>(schema: S): S {
  queries.add(schema);
  return schema;
}

/** Are two types one, and not only made to fit? */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/**
 * The parameters of a verb as its contract makes them: as {@link checkUnknown}. The compiler refuses the contract of
 * another verb, also one that the parameters happen to fit.
 */
export function check<S extends z.ZodType, Params>(
  contract: S,
  params: Params & (Same<Params, z.input<S>> extends true ? unknown : "the parameters of another contract"),
): z.output<S> {
  return checkUnknown(contract, params);
}

/**
 * An input as the schema makes it: checked, with defaults, canonical words and milliseconds. Throws
 * HopperError `validation_failed` (`bad_filter` for a {@link query}) with `issues`, and `malformed_json`
 * when it is nested too deeply. undefined counts as an object without fields.
 */
export function checkUnknown<S extends z.ZodType>(
  schema: S,
  input: unknown,
  options: CheckOptions = {},
): z.output<S> {
  const checked = inspect(schema, input === undefined ? {} : input, options);
  if (checked.issues === undefined) return checked.data;
  if (checked.issues === null) throw new HopperError("malformed_json", `the input ${TOO_DEEP}`);
  throw new HopperError(queries.has(schema) ? "bad_filter" : "validation_failed", summary(checked.issues), {
    issues: checked.issues.map(({ at: _at, ...issue }) => issue),
  });
}

/** As {@link checkUnknown}, but what is wrong is returned: for doors that say where it stands in a file. */
export function findIssues(schema: z.ZodType, input: unknown): readonly Found[] {
  const { issues = [] } = inspect(schema, input, {});
  return issues ?? [{ path: "", at: [], message: TOO_DEEP }];
}

type Found = Issue & { readonly at: Path };
const TOO_DEEP = `is nested too deeply: at most ${NESTING} levels are accepted`;

/** `issues`: undefined = none, null = it is nested too deeply. */
function inspect<S extends z.ZodType>(
  schema: S,
  input: unknown,
  options: CheckOptions,
):
  | { readonly data: z.output<S>; readonly issues?: undefined }
  | { readonly issues: readonly Found[] | null } {
  const flaws = scan(input);
  if (flaws === null) return { issues: null };
  if (flaws.length > 0) return { issues: flaws.map(({ path, message }) => found(path, message, options)) };
  const result = schema.safeParse(input);
  return result.success ? result : { issues: issuesOf({ schema, input, error: result.error, options }) };
}

/** The first issue in a sentence, and how many more there are. */
export function summary(issues: readonly Issue[]): string {
  const [first] = issues;
  if (first === undefined) return "the input is not valid";
  const rest = issues.length > 1 ? ` (and ${issues.length - 1} more)` : "";
  return `${first.path === "" ? "the input" : first.path} ${first.message}${rest}`;
}

function issuesOf(params: {
  schema: z.ZodType;
  input: unknown;
  error: z.ZodError;
  options: CheckOptions;
}): Found[] {
  const { schema, input, error, options } = params;
  const unknown: Found[] = [];
  const others: Found[] = [];
  for (const issue of error.issues) {
    const path = issue.path.map((step) => (typeof step === "symbol" ? String(step) : step));
    if (issue.code === "unrecognized_keys") {
      const known = keysAt(schema, path).map((name) => fieldName(name, options));
      for (const key of issue.keys) {
        const { help, suggestion } = suggest(key, known);
        const message = `is not a known field${help || `; accepted are ${known.join(", ")}`}`;
        unknown.push(found([...path, key], message, options, suggestion));
      }
    } else others.push(found(placeOf(input, path), issue.message, options, suggestionIn(issue.message)));
  }
  // A misspelt field comes first: it is often why another one is missing.
  return [...unknown, ...others];
}

function found(at: Path, message: string, options: CheckOptions, suggestion?: string): Found {
  return { path: pathText(at, options), message, ...given({ suggestion }), at };
}

/** `["items", 3, "title"]` as `items[3].title`. */
export function pathText(path: Path, options: CheckOptions = {}): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else text += `${text === "" ? "" : "."}${fieldName(step, options)}`;
  }
  return text;
}

function fieldName(name: string, options: CheckOptions): string {
  return options.names === "snake" ? snakeCase(name) : name;
}

/** What a message offers as the word that was probably meant. */
function suggestionIn(message: string): string | undefined {
  return /\(did you mean (.+)\?\)$/.exec(message)?.[1];
}

/** A word that was split off a text ("queued,dome") has no place of its own: the text's is said. */
function placeOf(input: unknown, path: Path): Path {
  const last = path.at(-1);
  if (typeof last !== "number") return path;
  const owner = path.slice(0, -1);
  return typeof valueAt(input, owner) === "string" ? owner : path;
}

function valueAt(input: unknown, path: Path): unknown {
  let value: unknown = input;
  for (const step of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}

/** The fields that the schema knows at this place. */
function keysAt(schema: z.core.$ZodType, path: Path): readonly string[] {
  let here: z.core.$ZodType | undefined = schema;
  for (const step of path) {
    here = unwrap(here);
    if (here instanceof z.ZodObject) here = here.shape[step];
    else if (here instanceof z.ZodArray) here = here.element;
    else if (here instanceof z.ZodRecord) here = here.valueType;
    else return [];
  }
  const object = unwrap(here);
  return object instanceof z.ZodObject ? Object.keys(object.shape) : [];
}

/** The schema inside what only makes it optional, gives it a default or transforms it. */
function unwrap(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  let here = schema;
  for (;;) {
    if (here instanceof z.ZodOptional || here instanceof z.ZodNullable || here instanceof z.ZodDefault)
      here = here.def.innerType;
    else if (here instanceof z.ZodPipe)
      here = here.def.in instanceof z.ZodTransform ? here.def.out : here.def.in;
    else return here;
  }
}
