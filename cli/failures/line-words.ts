import type { Problem } from "./failure.ts";
import type { CommandSpec } from "../parse/spec.ts";

/** What the line calls otherwise than the library does. */
const OTHERWISE: Readonly<Record<string, readonly string[]>> = {
  assignee: ["worker"],
  delegationType: ["type"],
  instanceId: ["to", "instance"],
  instanceType: ["type"],
  parentId: ["parent"],
  parentTaskId: ["parent"],
  q: ["search"],
  tags: ["tag"],
  targetInstanceId: ["to"],
  taskId: ["task"],
};

/** The problem in the words of the line: `--status is "foo"` for `status[0] is "foo"`, `TITLE is empty` for `title is empty`. */
export function inWordsOfLine(problem: Problem, spec: CommandSpec | undefined): Problem {
  const { issues, detail } = problem;
  if (spec === undefined || !Array.isArray(issues)) return problem;
  const renamed = issues.map((issue: unknown) => {
    const path = pathOf(issue);
    return path === "" ? issue : { ...(issue as object), path: writtenAs(path, spec) };
  });
  const first = pathOf(issues[0]);
  const said = first !== "" && detail.startsWith(`${first} `);
  return {
    ...problem,
    issues: renamed,
    detail: said ? writtenAs(first, spec) + detail.slice(first.length) : detail,
  };
}

function pathOf(issue: unknown): string {
  const path = (issue as { path?: unknown } | null | undefined)?.path;
  return typeof path === "string" ? path : "";
}

/** A path into a value (`config.fallback`) stays as it is. */
function writtenAs(path: string, { options = [], positionals = [] }: CommandSpec): string {
  const field = path.replace(/\[\d+\]$/, "");
  const names = [
    ...(OTHERWISE[field] ?? []),
    field.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
  ];
  const option = names.find((name) => options.some((known) => known.name === name));
  if (option !== undefined) return `--${option}`;
  const positional = names.find((name) => positionals.some((known) => known.name === name));
  return positional === undefined ? path : positional.toUpperCase();
}
