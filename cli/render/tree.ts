import type { TreeBody } from "./bodies.ts";
import { paint, toneOf, type Look } from "./look.ts";
import { clean, plural } from "./text.ts";

interface InstanceLike {
  readonly name: string;
  readonly scope: string;
  readonly status: string;
}

/** `webapp (PROJECT) [running]`: what `instance create` and the lifecycle verbs print. */
export function instanceLine(instance: InstanceLike, look: Look): string {
  const status = paint(instance.status, toneOf(instance.status), look);
  return `${paint(clean(instance.name), "strong", look)} (${instance.scope}) [${status}]`;
}

/** The forest as lines, byte for byte as the reference guide draws it. Source: spec/cli.md 5.1. */
export function treeLines(forest: readonly TreeBody[], look: Look): string[] {
  return forest.flatMap((root) => [treeLine(root, look), ...branchLines(root.children, "", look)]);
}

/** Is a task of this status over? */
export function isFinal(status: string): boolean {
  return status === "done" || status === "failed" || status === "cancelled";
}

/** How many tasks the instance holds that are not final. */
export function openTasks(counts: TreeBody["counts"]): number {
  const open = Object.entries(counts).filter(([status]) => !isFinal(status));
  return open.reduce((sum, [, count]) => sum + count, 0);
}

function branchLines(children: readonly TreeBody[], indent: string, look: Look): string[] {
  return children.flatMap((child, index) => {
    const last = index === children.length - 1;
    const here = `${indent}${last ? "└── " : "├── "}${treeLine(child, look)}`;
    return [here, ...branchLines(child.children, `${indent}${last ? "    " : "│   "}`, look)];
  });
}

function treeLine(instance: TreeBody, look: Look): string {
  const open = openTasks(instance.counts);
  return instanceLine(instance, look) + (open === 0 ? "" : ` - ${plural(open, "task")}`);
}
