import { layerOf, resolve, type Problem } from "./architecture.ts";
import type { Sources } from "./project-files.ts";
import { readFacts } from "./source-facts.ts";

/**
 * Checks that no file reaches itself through what it imports, types included: such files can only be read together.
 * One problem per circle, at its first file.
 */
export function checkCircles(sources: Sources): Problem[] {
  const inside = [...sources].filter(([path]) => layerOf(path) !== null);
  const targets = new Map(inside.map(([path, text]) => [path, targetsOf(path, text)]));
  const reach = new Map([...targets.keys()].map((path) => [path, reachedFrom(path, targets)]));
  const circles = new Map<string, string[]>();
  for (const [path, reached] of reach) {
    if (!reached.has(path)) continue;
    const circle = [...reached].filter((other) => reach.get(other)?.has(path) === true).toSorted();
    circles.set(circle.join(" "), circle);
  }
  return [...circles.values()].map((circle) => ({
    file: circle[0] ?? "",
    line: 1,
    message: `these files import each other in a circle: ${circle.join(", ")}`,
  }));
}

/** The files that a file refers to, for their code or their types. */
function targetsOf(path: string, text: string): string[] {
  return readFacts(text).imports.flatMap(({ specifier }) => {
    const target = specifier === null ? null : resolve(path, specifier);
    return target === null ? [] : [target];
  });
}

/** Every file that is met by following the imports of this one; itself only by a circle. */
function reachedFrom(path: string, targets: ReadonlyMap<string, readonly string[]>): Set<string> {
  const reached = new Set<string>();
  const next = [path];
  for (const here of next) {
    for (const target of targets.get(here) ?? []) {
      if (reached.has(target)) continue;
      reached.add(target);
      next.push(target);
    }
  }
  return reached;
}
