import type { Problem } from "./failure.ts";
import { fieldOf, type CommandSpec } from "../parse/spec.ts";

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
  const option = options.find((known) => fieldOf(known) === field);
  if (option !== undefined) return `--${option.name}`;
  return positionals.find((known) => fieldOf(known) === field)?.name.toUpperCase() ?? path;
}
