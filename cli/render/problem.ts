import { issuesOf, type Issue } from "../failures/failure.ts";
import { paint, type Look } from "./look.ts";
import { clean } from "./text.ts";

/** `error:` what and why, one line per further issue, `fix:` a command that can be run. Source: spec/cli.md 5.1. */
export function problemLines(
  problem: { readonly detail: string; readonly issues?: unknown },
  more: { allowed: string; fix: string | undefined },
  look: Look,
): string[] {
  const allowed = more.allowed === "" ? "" : ` (allowed now: ${more.allowed})`;
  return [
    `${paint("error:", "bad", look)} ${clean(problem.detail).replace(/\.$/, "")}${allowed}`,
    // The first issue is the detail already; the others follow it.
    ...issuesOf(problem.issues)
      .slice(1)
      .flatMap((issue) => issueLine(issue)),
    ...(more.fix === undefined ? [] : [`${paint("fix:", "strong", look)} ${clean(more.fix)}`]),
  ];
}

function issueLine(issue: Issue): string[] {
  const { path, message } = issue;
  const what = typeof path === "string" && path !== "" ? `${clean(path)} ` : "";
  return typeof message === "string" ? [`       ${placeText(issue, what)}${what}${clean(message)}`] : [];
}

/** `hopper.yaml:2:3: `, where the issue has a place and does not begin with it already. */
function placeText({ file, line, column }: Issue, what: string): string {
  const known = typeof file === "string" && typeof line === "number" && typeof column === "number";
  return known && !what.startsWith(clean(file)) ? `${clean(file)}:${line}:${column}: ` : "";
}
