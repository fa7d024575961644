import { paint, type Look } from "./look.ts";
import { clean } from "./text.ts";

interface ProblemBody {
  readonly detail: string;
  readonly [fact: string]: unknown;
}

/** `error:` what and why, one line per further issue, `fix:` a command that can be run. Source: 5-cli.md 5.1. */
export function problemLines(
  problem: ProblemBody,
  more: { allowed: string; fix: string | undefined },
  look: Look,
): string[] {
  const allowed = more.allowed === "" ? "" : ` (allowed now: ${more.allowed})`;
  return [
    `${paint("error:", "bad", look)} ${clean(problem.detail).replace(/\.$/, "")}${allowed}`,
    ...issueLines(problem["issues"]),
    ...(more.fix === undefined ? [] : [`${paint("fix:", "strong", look)} ${clean(more.fix)}`]),
  ];
}

/** The first issue is the detail already; the others follow it. */
function issueLines(issues: unknown): string[] {
  if (!Array.isArray(issues)) return [];
  return issues.slice(1).flatMap((issue: unknown) => {
    if (typeof issue !== "object" || issue === null) return [];
    const { path, message } = issue as { path?: unknown; message?: unknown };
    const what = typeof path === "string" && path !== "" ? `${clean(path)} ` : "";
    return typeof message === "string" ? [`       ${placeText(issue, what)}${what}${clean(message)}`] : [];
  });
}

/** `hopper.yaml:2:3: `, where the issue has a place and does not begin with it already. */
function placeText(issue: object, what: string): string {
  const { file, line, column } = issue as { file?: unknown; line?: unknown; column?: unknown };
  const known = typeof file === "string" && typeof line === "number" && typeof column === "number";
  return known && !what.startsWith(clean(file)) ? `${clean(file)}:${line}:${column}: ` : "";
}
