import stringWidth from "string-width";
import { toWire } from "../../src/contracts/wire.ts";
import type {
  LiveState,
  PlanHeader,
  PlannedTask,
  PlanRender,
  PlanRenderFor,
  PlanStep,
  RunningTask,
} from "../../src/index.ts";
import type { InstanceTreeView } from "../library/library.ts";
import type { TreeBody } from "./bodies.ts";
import { lookFor, paint, type Look, type Tone } from "./look.ts";
import { clean, cutTo, fit, inColumn, length, pad, plural } from "./text.ts";
import { endingLines, REF_COLUMNS, remainingLines, summaryLines, waitingLines } from "./plan-summary.ts";
import { treeLines } from "./tree.ts";

/**
 * How a run of a plan looks. Pure: facts in, lines out; one step is one event of the journal.
 * Source: spec/product.md 1.4, spec/cli.md 5.3.
 */

/** Columns of what a step is about, and of its kind; what comes after them is free. */
const SUBJECT_COLUMNS = 34;
/** Narrower terminals get no columns at all. */
const ALIGNED_COLUMNS = 90;
const KIND_COLUMNS = 7;
const BAR_COLUMNS = 24;
/** Narrower terminals get no bar and no instance column. */
const ROOMY_COLUMNS = 70;
const RUNNING_SHOWN = 8;
/** A result longer than this is cut: the whole of it is in `hopper task show`. */
const RESULT_COLUMNS = 100;
const MARKS = { good: "✔", bad: "✖", none: "·" } as const;

/** Everything the plan runner asks for, drawn for one stream. */
export const planRender: PlanRenderFor = ({ stream, env }) => {
  const look = lookFor({ stream, env, wide: false, now: 0 });
  const cut = (lines: string[]): string[] =>
    look.width === null ? lines : lines.map((line) => cutTo(line, look.width));
  return {
    header: (facts) => cut(headerLines(facts, look)),
    tree: (forest) => cut(treeOf(forest, look)),
    step: (step) => cut(stepLines(step, look)),
    block: (steps) => cut(blockLines(steps, look)),
    // Commands are whole, so that they can be run: the terminal breaks a line that is too long.
    summary: (facts) => summaryLines(facts, look),
    remaining: (tasks) => remainingLines(tasks, look),
    dryRun: (tasks) => cut(dryRunLines(tasks, look)),
    ending: (tasks, graceMs) => cut(endingLines(tasks, graceMs)),
    live: (state) => cut(liveLines(state, look)),
  } satisfies PlanRender;
};

/** `hopper 0.1.0 · node 24 · plan self-check (data in a temporary folder; keep it with --keep)`. */
function headerLines({ version, node, plan, runId, how, data }: PlanHeader, look: Look): string[] {
  const where = {
    own: `data in ${data.folder}`,
    temporary: "data in a temporary folder; keep it with --keep",
    kept: `data in ${data.folder}, which is kept`,
  }[data.kind];
  const what = {
    started: where,
    resumed: `goes on with ${runId ?? ""}; ${where}`,
    dry: "a dry run: nothing is run or stored",
  }[how];
  return [
    `${paint(`hopper ${version}`, "strong", look)} · node ${node} · plan ${clean(plan)} (${clean(what)})`,
    "",
  ];
}

function treeOf(forest: readonly InstanceTreeView[], look: Look): string[] {
  return treeLines(toWire(forest) as TreeBody[], look);
}

/** A step on lines of its own, beginning with the ref of its task. */
function stepLines(step: PlanStep, look: Look): string[] {
  const text = stepText(step, look);
  return [step.ref === null ? text : `${inColumn(step.ref, REF_COLUMNS)}${text}`];
}

/** All steps of one task: its title, then each step indented. */
function blockLines(steps: readonly PlanStep[], look: Look): string[] {
  return [
    ...steps.map((step) =>
      step.kind === "task" ? `${step.ref ?? ""} ${stepText(step, look)}` : `  ${stepText(step, look)}`,
    ),
    "",
  ];
}

function stepText(step: PlanStep, look: Look): string {
  switch (step.kind) {
    case "task":
      return titleText(step, look);
    case "hop":
      return hopText(step, look);
    case "held":
      return row(
        { mark: "none", subject: `held at ${step.by}`, kind: "hold", detail: [step.reason, step.why] },
        look,
      );
    case "ran":
      return ranText(step, look);
    case "queued-again":
      return row(
        { mark: "none", subject: `queued again at ${step.by}`, kind: "queue", detail: [step.why] },
        look,
      );
    case "result":
      return row(
        { mark: "none", subject: "result", kind: "output", detail: [fit(clean(step.text), RESULT_COLUMNS)] },
        look,
      );
    case "final":
      return finalText(step, look);
    case "instance":
      return `${MARKS.none} ${clean(step.name)} (${step.scope}) [${step.status}]`;
    default:
      return step satisfies never;
  }
}

type Step<Kind extends PlanStep["kind"]> = Extract<PlanStep, { kind: Kind }>;

function titleText({ title, tags, after, run }: Step<"task">, look: Look): string {
  return [
    paint(JSON.stringify(clean(title)), "strong", look),
    ...tags.map((tag) => paint(`#${clean(tag)}`, "info", look)),
    ...(after.length === 0 ? [] : [paint(`after ${after.join(", ")}`, "dim", look)]),
    ...(run ? [] : [paint("a person's", "warn", look)]),
  ].join(" ");
}

function hopText({ from, to, how, type, reason }: Step<"hop">, look: Look): string {
  const subject = `${from} → ${to}`;
  if (how === "accepted") return row({ mark: "good", subject, kind: type, detail: [reason] }, look);
  return row({ mark: how === "rejected" ? "bad" : "none", subject, kind: type, detail: [how, reason] }, look);
}

function ranText({ by, good, how, ms, attempt, maxAttempts, again }: Step<"ran">, look: Look): string {
  const took = ms === null ? how : `${how} in ${length(ms)}`;
  const attempts = `(attempt ${attempt} of ${Math.max(attempt, maxAttempts)})`;
  const tried = again === null ? "" : `, trying again in ${length(again.inMs)}`;
  const counted = good && attempt === 1 ? "" : ` ${attempts}`;
  return row(
    {
      mark: good ? "good" : "bad",
      subject: `${by} ran it`,
      kind: "shell",
      detail: [`${took}${tried}${counted}`],
    },
    look,
  );
}

function finalText({ status, by, why, bubbledTo, bubbledMs }: Step<"final">, look: Look): string {
  const words = { done: "completed", failed: "failed", cancelled: "cancelled" }[status];
  const whom = by === null ? "" : ` by ${clean(by)}`;
  const bubbled =
    bubbledTo === null
      ? ""
      : `, bubbled to ${clean(bubbledTo)} in ${bubbledMs < 1 ? "< 1 ms" : length(bubbledMs)}`;
  const reason = why === null ? "" : `: ${clean(why)}`;
  return `${marked(status === "done" ? "good" : "bad", look)} ${words}${whom}${bubbled}${reason}`;
}

function row(
  params: { mark: keyof typeof MARKS; subject: string; kind: string; detail: readonly (string | null)[] },
  look: Look,
): string {
  const { mark, subject, kind, detail } = params;
  const said = detail.filter((part) => part !== null && part !== "").join(": ");
  // Where there is no room for columns, what is said matters more than where it stands.
  const aligned = look.width === null || look.width >= ALIGNED_COLUMNS;
  const about = aligned
    ? `${pad(clean(subject), SUBJECT_COLUMNS)} ${pad(kind, KIND_COLUMNS)}`
    : `${clean(subject)}  ${kind} `;
  return `${marked(mark, look)} ${`${about} ${clean(said)}`.trimEnd()}`;
}

function marked(mark: keyof typeof MARKS, look: Look): string {
  const tones: Record<keyof typeof MARKS, Tone> = { good: "good", bad: "bad", none: "dim" };
  return paint(MARKS[mark], tones[mark], look);
}

/** Each task with the hops it would take. */
function dryRunLines(tasks: readonly PlannedTask[], look: Look): string[] {
  return tasks.flatMap(({ key, title, tags, after, hops, ends, command }) => [
    "",
    [
      paint(clean(key), "strong", look),
      JSON.stringify(clean(title)),
      ...tags.map((tag) => paint(`#${clean(tag)}`, "info", look)),
      ...(after.length === 0 ? [] : [paint(`after ${after.join(", ")}`, "dim", look)]),
    ].join(" "),
    ...hops.map(
      ({ from, to, type, reason }) =>
        `  ${row({ mark: "none", subject: `${from} → ${to}`, kind: type, detail: [reason] }, look)}`,
    ),
    `  ${row({ mark: "none", subject: ends, kind: command === null ? "person" : "shell", detail: [command === null ? "" : fit(clean(command), RESULT_COLUMNS)] }, look)}`,
  ]);
}

/** Tree with counts, what is running, and how far it is; at most `rows` lines. */
function liveLines(state: LiveState, look: Look): string[] {
  const width = look.width ?? 80;
  const shown = state.running.slice(0, RUNNING_SHOWN);
  const more = state.running.length - shown.length;
  const running = [
    ...shown.map((task) => runningLine(task, width, look)),
    ...(more > 0 ? [paint(`  … and ${more} more`, "dim", look)] : []),
  ];
  const waiting = waitingLines(state.waiting, look);
  const parts = [running, waiting, [progressLine(state, width, look)]];
  const bottom = parts.flatMap((lines) => (lines.length > 0 ? ["", ...lines] : []));
  const tree = treeOf(state.forest, look);
  const room = state.rows - 1 - bottom.length;
  if (tree.length <= room) return [...tree, ...bottom];
  const kept = tree.slice(0, Math.max(0, room - 1));
  return [
    ...kept,
    paint(`… ${plural(tree.length - kept.length, "more instance")}`, "dim", look),
    ...bottom,
  ].slice(-Math.max(1, state.rows - 1));
}

function runningLine(
  { ref, title, instance, elapsedMs, attempt }: RunningTask,
  width: number,
  look: Look,
): string {
  const time = length(elapsedMs).padStart(8);
  const again = attempt > 1 ? ` (attempt ${attempt})` : "";
  const place = width >= ROOMY_COLUMNS ? `  ${pad(fit(clean(instance), 24), 24)}` : "";
  const room = width - REF_COLUMNS - 4 - stringWidth(place) - stringWidth(time) - stringWidth(again);
  return `  ${paint("▸", "info", look)} ${inColumn(ref, REF_COLUMNS)}${pad(fit(clean(title), room) + again, room + stringWidth(again))}${paint(place, "dim", look)}${time}`;
}

function progressLine(
  { done, failed, cancelled, total, elapsedMs }: LiveState,
  width: number,
  look: Look,
): string {
  const open = total - done - failed - cancelled;
  const counts = [
    `${done} done`,
    ...(failed > 0 ? [paint(`${failed} failed`, "bad", look)] : []),
    ...(cancelled > 0 ? [`${cancelled} cancelled`] : []),
    `${open} open`,
    length(elapsedMs),
  ].join(" · ");
  if (width < ROOMY_COLUMNS) return `  ${counts}`;
  const part = (count: number): number => (total === 0 ? 0 : Math.round((count / total) * BAR_COLUMNS));
  const good = part(done);
  const bad = Math.min(BAR_COLUMNS - good, part(failed + cancelled));
  const bar = [
    paint("█".repeat(good), "good", look),
    paint("█".repeat(bad), "bad", look),
    paint("░".repeat(BAR_COLUMNS - good - bad), "dim", look),
  ].join("");
  return `  ${bar} ${counts}`;
}
