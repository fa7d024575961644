import type { Json } from "../records/values.ts";

/** Do two texts hold the same JSON, whatever the order of their keys? */
export function sameJson(a: string | null, b: string | null): boolean {
  if (a === b) return true;
  return a !== null && b !== null && same(JSON.parse(a) as Json, JSON.parse(b) as Json);
}

function same(a: Json | undefined, b: Json | undefined): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  const [left, right] = [a, b] as { readonly [key: string]: Json }[];
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && same(left?.[key], right?.[key]))
  );
}
