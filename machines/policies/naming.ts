import { mayParent } from "../legality.ts";
import type { Instance, Scope } from "../records/instance.ts";
import { characters } from "../records/values.ts";
import { LIMITS } from "../settings.ts";

/** Is it a name or an id that is live anywhere in the store? */
type IsTaken = (name: string) => boolean;

/** Does it look like the reference of a task or delegation (`T-42`, `D-7`)? No name or id may. */
export function looksLikeRef(text: string): boolean {
  return /^[TD]-\d+$/i.test(text);
}

/** Why an instance cannot create this child for a task; null = it can. Source: spec/domain.md 2.1, 2.3. */
export function whyNotCreate(
  parent: Pick<Instance, "name" | "scope" | "depth">,
  child: { readonly scope: Scope; readonly name: string },
  isTaken: IsTaken,
): string | null {
  const { name, scope } = child;
  if (!mayParent(scope, parent.scope)) return `${parent.name} (${parent.scope}) has no ${scope} below it`;
  if (parent.depth >= LIMITS.depth) return `${parent.name} is at depth ${parent.depth}, the deepest there is`;
  if (name.includes("/") || looksLikeRef(name) || characters(name) > LIMITS.nameChars)
    return `${name} cannot be the name of an instance`;
  return isTaken(name) ? `${name} is the name of an instance elsewhere` : null;
}

/** `<parent>-run-<n>`, from a number on the first that nobody has; a long name is shortened to make room for it. */
export function freeRunName(parent: string, from: number, isTaken: IsTaken): string {
  for (let n = from; ; n += 1) {
    const end = `-run-${n}`;
    const name = `${parent.slice(0, LIMITS.nameChars - end.length).toWellFormed()}${end}`;
    if (!isTaken(name)) return name;
  }
}
