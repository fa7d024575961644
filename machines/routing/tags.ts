/** How many of these tags, in lower case, are among the capabilities, whatever their case. Source: spec/domain.md 2.6. */
export function countMatches(tags: readonly string[], capabilities: readonly string[]): number {
  let count = 0;
  for (const tag of tags) if (hasCapability(capabilities, tag)) count += 1;
  return count;
}

/** The tags among the capabilities, in the task's order; `tags` in lower case. For reasons in words. */
export function matchedTags(tags: readonly string[], capabilities: readonly string[]): string[] {
  return tags.filter((tag) => hasCapability(capabilities, tag));
}

/** A task's tags as they are compared: lower case, each once. */
export function lowerTags(tags: readonly string[]): readonly string[] {
  if (tags.length === 0) return tags;
  const lower: string[] = [];
  for (const tag of tags) {
    const word = tag.toLowerCase();
    if (!lower.includes(word)) lower.push(word);
  }
  return lower;
}

function hasCapability(capabilities: readonly string[], tag: string): boolean {
  for (const capability of capabilities) {
    if (capability === tag) return true;
    if (capability.length === tag.length && mayBeEqual(capability, tag) && capability.toLowerCase() === tag) {
      return true;
    }
  }
  return false;
}

/** false = they differ in their first letter, whatever its case; a quick look before the slower one. */
function mayBeEqual(capability: string, tag: string): boolean {
  const first = capability.charCodeAt(0);
  return first > 127 || (first | 32) === (tag.charCodeAt(0) | 32);
}
