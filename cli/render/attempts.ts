import { exitInWords } from "../../src/contracts/exit-in-words.ts";
import type { AttemptBody } from "./bodies.ts";
import { paint, type Look, type Tone } from "./look.ts";
import { tableLines, type Column } from "./table.ts";
import { clean, cleanBlock, length } from "./text.ts";

/** Of a failed attempt's output, below the task. */
const LINES_SHOWN = 10;

const TONES: Readonly<Record<AttemptBody["outcome"], Tone | undefined>> = {
  running: "info",
  succeeded: "good",
  failed: "bad",
  cancelled: "dim",
  released: "dim",
  lease_lost: "warn",
  taken_back: "dim",
};

/** The attempts of a task below it, with the last lines that a failed one printed, and the command for all of them; none where the first one went well. */
export function attemptLines(attempts: readonly AttemptBody[], logs: string, look: Look): string[] {
  const last = attempts.at(-1);
  if (last === undefined || (attempts.length === 1 && last.outcome !== "failed")) return [];
  const inside = { ...look, width: look.width === null ? null : look.width - 4 };
  const table = tableLines(COLUMNS, attempts, inside).map((line) => `    ${line}`);
  const printed = last.outcome === "failed" ? outputLines(last, look) : [];
  if (printed.length === 0) return table;
  const all = printed.length > LINES_SHOWN ? `; all of it: ${logs}` : "";
  const head = paint(`output of attempt ${last.attempt}${all}`, "dim", look);
  return [...table, `  ${head}`, ...printed.slice(-LINES_SHOWN).map((line) => `    ${line}`)];
}

const COLUMNS: readonly Column<AttemptBody>[] = [
  { head: "ATTEMPT", cell: nameOf },
  { head: "ENDED", cell: endOf, tone: ({ outcome }) => TONES[outcome], flex: true },
  { head: "STARTED", cell: ({ started_at }) => started_at, optional: true },
  { head: "BY", cell: ({ worker }) => worker, optional: true },
];

/** `task logs`: all that is kept of what these attempts printed. */
export function logLines(attempts: readonly AttemptBody[], look: Look): string[] {
  return attempts.flatMap((attempt) => {
    const head = `attempt ${nameOf(attempt)} by ${clean(attempt.worker)}: ${endOf(attempt)}`;
    return [paint(head, "dim", look), ...outputLines(attempt, look)];
  });
}

/** Both streams, each under its name where there are two. */
function outputLines({ command }: AttemptBody, look: Look): string[] {
  const [out, err] = [linesOf(command?.stdout), linesOf(command?.stderr)];
  if (out.length === 0 || err.length === 0) return [...out, ...err];
  return [paint("stdout:", "dim", look), ...out, paint("stderr:", "dim", look), ...err];
}

function linesOf(text = ""): string[] {
  return text === "" ? [] : cleanBlock(text).trimEnd().split("\n");
}

function nameOf({ attempt, round }: AttemptBody): string {
  return round === 1 ? `${attempt}` : `${attempt} of round ${round}`;
}

/** `exit 3 in 16 ms`, `timed out after 2.0 s`, `lease lost`. */
function endOf({ outcome, error, command }: AttemptBody): string {
  if (command === null) {
    const why = error === null ? "" : `: ${error.message}`;
    return `${outcome.replaceAll("_", " ")}${why}`;
  }
  const { timed_out: timedOut, duration_ms: ms } = command;
  if (timedOut) return `timed out after ${length(ms)}`;
  return `${exitInWords(command)} in ${length(ms)}`;
}
