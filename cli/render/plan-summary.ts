import type { FailedTask, OpenTask, PlanSummary, RunningTask } from "../../src/index.ts";
import { logLines } from "./attempts.ts";
import { bodyOf } from "./bodies.ts";
import { paint, type Look } from "./look.ts";
import { clean, columnsOf, cutTo, inColumn, length, pad, plural } from "./text.ts";

/** How a run of a plan ends: what became of its tasks, and what may be done now. Source: spec/cli.md 5.3. */

/** Columns of a task's ref. */
export const REF_COLUMNS = 5;
/** What stands below a line that begins with a ref. */
const INDENT = " ".repeat(REF_COLUMNS + 2);
const WAITING_SHOWN = 3;

/** `9 done, 0 failed in 12.3 s`. */
export function summaryLines(facts: PlanSummary, look: Look): string[] {
  const { done, failed, cancelled, open, earlier, durationMs, interrupted, failures, next } = facts;
  const counts = [
    paint(`${done} done`, done > 0 ? "good" : undefined, look),
    paint(`${failed} failed`, failed > 0 ? "bad" : undefined, look),
    ...(cancelled > 0 ? [`${cancelled} cancelled`] : []),
    ...(open > 0 ? [paint(`${open} open`, "warn", look)] : []),
  ].join(", ");
  const before = earlier > 0 ? ` (${plural(earlier, "task")} had ended before)` : "";
  return [
    "",
    `${counts} in ${length(durationMs)}${before}${interrupted ? ", interrupted" : ""}`,
    ...failures.flatMap((failure) => failureLines(failure, look)),
    ...nextLines(next, look),
  ];
}

/** What has failed and why, the command that shows more, and what it printed. */
function failureLines({ ref, title, why, show, attempt }: FailedTask, look: Look): string[] {
  const line = cutTo(
    `  ${inColumn(ref, REF_COLUMNS)}${clean(title)}: ${paint(clean(why), "bad", look)}`,
    look.width,
  );
  const log = attempt === null ? [] : logLines([bodyOf(attempt)], look);
  return [
    line,
    ...(show === null ? [] : [INDENT + paint(show, "dim", look)]),
    ...log.map((one) => INDENT + one),
  ];
}

/** Commands that go on from here, each with what it does. */
function nextLines(next: PlanSummary["next"], look: Look): string[] {
  const width = Math.max(0, ...next.map(({ command }) => columnsOf(command)));
  return next.map(
    ({ command, what }, index) =>
      `${index === 0 ? "next: " : "      "}${pad(command, width)}  ${paint(`(${what})`, "dim", look)}`,
  );
}

/** Each task that stays open, and why; below it the command that ends that, whole, so that it can be run. */
export function remainingLines(tasks: readonly OpenTask[], look: Look): string[] {
  return tasks.flatMap(({ ref, title, status, why, fix }) => {
    const line = `  ${inColumn(ref, REF_COLUMNS)}${JSON.stringify(clean(title))} ${paint(status, "warn", look)}: ${clean(why)}`;
    return [cutTo(line, look.width), ...(fix === null ? [] : [`${INDENT}${paint(fix, "strong", look)}`])];
  });
}

/** What waits for somebody while the plan runs: at most so many tasks, each with its command. */
export function waitingLines(tasks: readonly OpenTask[], look: Look): string[] {
  const shown = remainingLines(tasks.slice(0, WAITING_SHOWN), look);
  const more = tasks.length - WAITING_SHOWN;
  return more > 0 ? [...shown, paint(`  … and ${more} more`, "dim", look)] : shown;
}

/** `interrupted: ending T-2 "Tests"; what still runs in 5 s is killed`. */
export function endingLines(tasks: readonly RunningTask[], graceMs: number): string[] {
  const [first, ...others] = tasks;
  if (first === undefined) return ["interrupted: nothing is running"];
  const more = others.length === 0 ? "" : ` and ${plural(others.length, "other command")}`;
  const what = `${first.ref} ${JSON.stringify(clean(first.title))}${more}`;
  return [`interrupted: ending ${what}; what still runs in ${graceMs / 1_000} s is killed`];
}
