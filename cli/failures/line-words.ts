import { issuesOf, type Problem } from "./failure.ts";
import { fieldOf, type CommandSpec } from "../parse/spec.ts";

/** The problem in the words of the line: `--status is "foo"` for `status[0] is "foo"`, `TITLE is empty` for `title is empty`. */
export function inWordsOfLine(problem: Problem, spec: CommandSpec | undefined): Problem {
  const issues = issuesOf(problem.issues);
  if (spec === undefined || issues.length === 0) return problem;
  const renamed = issues.map((issue) => {
    return typeof issue.path === "string" ? { ...issue, path: writtenAs(issue.path, spec) } : issue;
  });
  const { detail } = problem;
  const first = issues[0]?.path;
  const said = typeof first === "string" && first !== "" && detail.startsWith(`${first} `);
  return {
    ...problem,
    issues: renamed,
    detail: said ? writtenAs(first, spec) + detail.slice(first.length) : detail,
  };
}

/** A path into a value (`config.fallback`) stays as it is. */
function writtenAs(path: string, { options = [], positionals = [] }: CommandSpec): string {
  const field = path.replace(/\[\d+\]$/, "");
  const option = options.find((known) => fieldOf(known) === field);
  if (option !== undefined) return `--${option.name}`;
  return positionals.find((known) => fieldOf(known) === field)?.name.toUpperCase() ?? path;
}
