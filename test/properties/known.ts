/**
 * Faults of the runtime that are known and not mended yet: what the property leaves out meanwhile, so that it shows
 * the next one. A name goes when its fault is mended, and the compiler then shows what was left out for it.
 */
const KNOWN = [
  "a door looks at the state before it looks at the key",
  "a stored message of a refused batch is answered as if nothing had happened",
  "a failed loop answers with what it cannot show",
  "a caller's move may come back to who passed the task on",
  "a block by hand outlives a retry",
  "a move to a sibling reaches who is no sibling",
  "what is held for want of a child is offered again at once",
  "a place that a child has told of is not filled",
  "a task that ends in another command's turn answers that command as well",
  "a dependent is reopened where nobody is",
] as const;

export function isKnown(fault: (typeof KNOWN)[number]): boolean {
  return KNOWN.includes(fault);
}
