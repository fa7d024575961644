/**
 * Faults of the runtime that are known and not mended yet: what the property leaves out meanwhile, so that it shows
 * the next one. A name goes when its fault is mended, and the compiler then shows what was left out for it.
 */
const KNOWN = [
  "a door looks at the state before it looks at the key",
  "a dependent is reopened where nobody is",
] as const;

export function isKnown(fault: (typeof KNOWN)[number]): boolean {
  return KNOWN.includes(fault);
}
