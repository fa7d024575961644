/** A place in the input, from its root. */
export type Path = readonly (string | number)[];

/** Something wrong at a place, in words that follow the place's name: `is missing`. */
export interface Flaw {
  readonly path: Path;
  readonly message: string;
}

/** How deep objects and lists may stand in each other, the outermost counted. Source: spec/api.md 4.4. */
export const NESTING = 32;

const FLAWS_SHOWN = 20;

/** null = nested deeper than {@link NESTING} (or in itself). */
export type ScanResult = readonly Flaw[] | null;

const NO_FLAWS: readonly Flaw[] = [];

/**
 * Looks for what no field may hold anywhere: values that are not JSON, `__proto__` keys, NUL, text
 * that is not well-formed UTF-16. Source: spec/api.md 4.4.
 */
export function scan(input: unknown): ScanResult {
  const found: Flaw[] = [];
  const path: (string | number)[] = [];
  if (!visit(input, path, found)) return null;
  return found.length === 0 ? NO_FLAWS : found;
}

/** false = too deep. */
function visit(value: unknown, path: (string | number)[], found: Flaw[]): boolean {
  switch (typeof value) {
    case "string":
      checkText(value, path, found, "");
      return true;
    case "number":
      if (!Number.isFinite(value)) report(path, found, `is ${value}, which JSON cannot say`);
      return true;
    case "object":
      if (value === null) return true;
      if (path.length >= NESTING) return false;
      return Array.isArray(value) ? visitList(value, path, found) : visitObject(value, path, found);
    case "bigint":
    case "symbol":
    case "function":
      report(path, found, `is a ${typeof value}, which JSON cannot say`);
      return true;
    default:
      return true;
  }
}

function visitList(list: readonly unknown[], path: (string | number)[], found: Flaw[]): boolean {
  for (let index = 0; index < list.length; index += 1) {
    path.push(index);
    const value = list[index];
    if (value === undefined) report(path, found, "is undefined, which JSON cannot say");
    else if (!visit(value, path, found)) return false;
    path.pop();
  }
  return true;
}

function visitObject(object: object, path: (string | number)[], found: Flaw[]): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    report(path, found, `is a ${className(object)}, which JSON cannot say`);
    return true;
  }
  for (const key of Object.keys(object)) {
    path.push(key);
    if (key === "__proto__") report(path, found, "is a key that is never accepted");
    else {
      checkText(key, path, found, "has a key that ");
      if (!visit((object as Record<string, unknown>)[key], path, found)) return false;
    }
    path.pop();
  }
  return true;
}

function checkText(text: string, path: Path, found: Flaw[], prefix: string): void {
  if (text.includes("\0")) report(path, found, `${prefix}contains the character NUL`);
  else if (!text.isWellFormed()) report(path, found, `${prefix}contains half a character (a lone surrogate)`);
}

function report(path: Path, found: Flaw[], message: string): void {
  if (found.length < FLAWS_SHOWN) found.push({ path: [...path], message });
}

function className(object: object): string {
  const maker: unknown = object.constructor;
  return typeof maker === "function" && maker.name !== "" ? maker.name : "class instance";
}
