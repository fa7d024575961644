import * as z from "zod";

/** What the contracts of the verbs are written with. Source: spec/api.md 4.4. */

/** A found value in words: `is the number 5`, `is missing`. */
export function found(value: unknown): string {
  if (value === undefined) return "is missing";
  if (value === null) return "is null";
  if (Array.isArray(value)) return "is a list";
  if (typeof value === "string") return `is ${quote(value)}`;
  if (typeof value === "number" || typeof value === "boolean") return `is the ${typeof value} ${value}`;
  return `is a ${typeof value}`.replace("a object", "an object");
}

/** A text in quotes, shortened to what fits a message. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40).toWellFormed()}…` : text);
}

/** An error setting for zod: what was found, then what is accepted. */
export function accepting(what: string): { error: (issue: { readonly input?: unknown }) => string } {
  return { error: (issue) => `${found(issue.input)}; ${what} is accepted` };
}

/** Parameters of a verb: unknown fields are refused. */
export function params<Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape, accepting("an object"));
}

/**
 * What callers give for the fields of a contract: each with its docstring, and optional where the contract has a default
 * or takes undefined. Made from the literal of the fields: what a call makes of it has no docstrings in dist/.
 */
export type Input<Fields extends z.core.$ZodLooseShape> = z.input<z.ZodObject<Fields>>;

/** What JSON Schema says of an input beyond its type, where the check itself stands in a transformation. */
export interface Limits extends Pick<
  z.core.JSONSchema.BaseSchema,
  "minLength" | "maxLength" | "pattern" | "format" | "minimum" | "maximum" | "maxItems" | "enum"
> {
  /** Of a text in UTF-8, or of JSON. */
  "x-max-bytes"?: number;
  /** A text may stand in the place of the object, with these limits. */
  orText?: Limits;
}

const limitsOf = new WeakMap<z.core.$ZodType, Limits>();

/** Tells the limits that a schema's transformation checks. */
export function limited<S extends z.ZodType>(schema: S, limits: Limits): S {
  limitsOf.set(schema, limits);
  return schema;
}

/** The {@link limited} limits of a schema; none = empty. */
export function limitsFor(schema: z.core.$ZodType): Limits {
  return limitsOf.get(schema) ?? {};
}

interface Refusing {
  readonly issues: { push(issue: { code: "custom"; input: unknown; message: string }): unknown };
}

/** Refuses a value inside a transformation. */
export function reject(context: Refusing, input: unknown, message: string): never {
  context.issues.push({ code: "custom", input, message });
  return z.NEVER;
}

/** A check for zod: what is not so is refused, in words where `#` stands for the text; nothing more is said of it. */
export function must<T>(refusal: string, isSo: (value: T) => boolean): z.core.CheckFn<T> {
  return ({ value, issues }) => {
    if (isSo(value)) return;
    const message = refusal.replace("#", () => quote(String(value)));
    issues.push({ code: "custom", input: value, message });
  };
}

/** A check for zod: no more than `max` of what is counted, said as `is # characters long`. */
export function atMost<T>(max: number, says: string, count: (value: T) => number): z.core.CheckFn<T> {
  return ({ value, issues }) => {
    const size = count(value);
    if (size <= max) return;
    const message = `${says.replace("#", String(size))}; at most ${max} are accepted`;
    issues.push({ code: "custom", input: value, message });
  };
}

/** What limits count: entries of a list. */
export const length = (value: { readonly length: number }): number => value.length;
/** What limits count: bytes of a text in UTF-8. */
export const bytes = (text: string): number => Buffer.byteLength(text);

/** A whole number of a range. */
export function whole(min: number, max: number) {
  const error = accepting(`a whole number from ${min} to ${max}`);
  return z.int(error).min(min, error).max(max, error);
}

/** A number of a range, named in words: `a number from 0 to 1`. */
export function between(min: number, max: number, what: string) {
  const error = accepting(what);
  return z.number(error).min(min, error).max(max, error);
}

/** Yes or no. */
export const flag = z.boolean(accepting("true or false"));
