import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { HopperError } from "../../machines/errors.ts";
import type { Json } from "../../machines/records/values.ts";
import { LIMITS } from "../../machines/settings.ts";
import { READ_ERRORS } from "../config/files.ts";
import { asWritten, withScopeNames } from "../config/scope-names.ts";
import { findIssues } from "../contracts/check.ts";
import type { Path } from "../contracts/scan.ts";
import { settingsContent, settingWarnings } from "../contracts/settings.ts";
import { warnings } from "../contracts/instance-config.ts";
import type { BatchTaskParams } from "../contracts/task-input.ts";
import type { PlanNode } from "../verbs/internals.ts";
import { withSettings } from "../workers/shell-environment.ts";
import { crossCheck } from "./plan-checks.ts";
import { shellWord } from "../contracts/shell-word.ts";
import { planSchema, type CheckedPlan, type CheckedTask, type PlannedMoment } from "./plan-schema.ts";
import { decodeText, PlanSource, type FileIssue } from "./plan-source.ts";

/** A plan that has been read and is right. Source: spec/cli.md 5.3. */
export interface Plan {
  /** As the user named it; stands before `:line:column` in messages. */
  readonly file: string;
  readonly name: string;
  /** sha256 of the text, without byte order mark and with LF as line ends, in hex. */
  readonly hash: string;
  readonly hierarchy: PlanNode;
  /** Sections of hopper.yaml that hold for this run. */
  readonly runtime: { readonly [section: string]: unknown };
  readonly tasks: readonly PlanTask[];
  /** Shell workers at an instance, by its name. */
  readonly workers: { readonly [instance: string]: number };
  /** Variables that commands are to be given from the environment of whoever runs the plan. */
  readonly envFrom: readonly string[];
  /** What is accepted but probably not meant. */
  readonly warnings: readonly FileIssue[];
}

/** A task of a plan, ready to be entered but for what only the run knows. */
export interface PlanTask {
  readonly key: string;
  /** Everything but the moments, which a run counts from its start. */
  readonly params: BatchTaskParams & { readonly title: string };
  readonly deadline: PlannedMoment | null;
  readonly notBefore: PlannedMoment | null;
}

const HASH_CHARS_IN_ID = 12;

/**
 * Reads and checks a plan file. Throws HopperError `validation_failed` for a file that cannot be read, and
 * `bad_configuration` for one that is not right, with every issue in `issues`: {file, line, column, message}.
 */
export async function readPlan(file: string, options: { cwd?: string } = {}): Promise<Plan> {
  const path = resolve(options.cwd ?? process.cwd(), file);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const detail = `the plan ${file} cannot be read: ${READ_ERRORS[code ?? ""] ?? message}`;
    throw new HopperError("validation_failed", detail, { file, fix: `ls -l ${shellWord(dirname(file))}` });
  }
  return parsePlan({ file, folder: dirname(path), bytes });
}

/** As {@link readPlan}, for what is already in memory. `folder`: absolute; relative `cwd`s count from it. */
export function parsePlan(params: { file: string; folder: string; bytes: Uint8Array }): Plan {
  const { file, folder, bytes } = params;
  const text = decodeText(file, bytes);
  if (typeof text !== "string") throw refusal([text]);
  const source = new PlanSource(file, text);
  if (source.issues.length > 0) throw refusal(source.issues);
  if (source.value === null)
    throw refusal([source.flaw(0, "the file is empty; a plan has a name, a hierarchy and tasks")]);
  const issues = [...checkFields(source), ...crossCheck(source), ...checkSections(source)];
  if (issues.length > 0) throw refusal(inOrder(issues));
  const checked = planSchema.parse(source.value);
  const hash = createHash("sha256").update(text).digest("hex");
  const tasks = checked.tasks.map((task) => toPlanTask(task, { plan: checked, folder }));
  const tooLarge = tasks.flatMap((task, index) => checkPayload(task, index, source));
  if (tooLarge.length > 0) throw refusal(tooLarge);
  return {
    file,
    name: checked.name,
    hash,
    hierarchy: checked.hierarchy,
    runtime: withScopeNames(checked.runtime) as Plan["runtime"],
    tasks,
    workers: checked.workers,
    envFrom: [...new Set([...checked.env_from, ...checked.tasks.flatMap(({ env_from }) => env_from)])],
    warnings: [...warningsOf(checked.hierarchy, ["hierarchy"], source), ...runtimeWarnings(checked, source)],
  };
}

/** Runs of plans of this name have ids that begin so. */
export function runPrefix(plan: Pick<Plan, "name">): string {
  return `${plan.name}@`;
}

/** `NAME@HASH#N`: the N-th run of plans of this name. */
export function runIdOf(plan: Pick<Plan, "name" | "hash">, number: number): string {
  return `${runPrefix(plan)}${plan.hash.slice(0, HASH_CHARS_IN_ID)}#${number}`;
}

/** The parts of a run's id; null = it is not one. */
export function readRunId(runId: string): { readonly hash: string; readonly number: number } | null {
  const match = /@([0-9a-f]{12})#(\d+)$/.exec(runId);
  return match === null ? null : { hash: match[1] ?? "", number: Number(match[2]) };
}

/** Whether a run was started from exactly this text. */
export function isRunOf(plan: Pick<Plan, "hash">, runId: string): boolean {
  return readRunId(runId)?.hash === plan.hash.slice(0, HASH_CHARS_IN_ID);
}

/** The tasks as the library takes them. `now`: when the run starts, in ms since the epoch. */
export function toCreateParams(plan: Plan, run: { runId: string; now: number }): BatchTaskParams[] {
  const moment = (planned: PlannedMoment | null): string | null => {
    if (planned === null) return null;
    return new Date("at" in planned ? planned.at : run.now + planned.afterMs).toISOString();
  };
  return plan.tasks.map(({ params, deadline, notBefore }) => ({
    ...params,
    runId: run.runId,
    deadlineAt: moment(deadline),
    notBefore: moment(notBefore),
  }));
}

function checkFields(source: PlanSource): FileIssue[] {
  return findIssues(planSchema, source.value).map((issue) => fieldIssue(source, issue.at, issue.message));
}

/** `runtime` holds sections of hopper.yaml, and is checked as that is. */
function checkSections(source: PlanSource): FileIssue[] {
  const { runtime } = source.value as { runtime?: unknown };
  if (typeof runtime !== "object" || runtime === null) return [];
  return findIssues(settingsContent, withScopeNames(runtime)).map(({ at, message }) =>
    fieldIssue(source, ["runtime", ...asWritten(runtime, at)], message),
  );
}

/** The name of a field that nobody knows is itself the mistake. */
function fieldIssue(source: PlanSource, path: Path, message: string): FileIssue {
  return source.issue(path, message, message.startsWith("is not a known field") ? "key" : "value");
}

function checkPayload({ params }: PlanTask, index: number, source: PlanSource): FileIssue[] {
  const bytes = Buffer.byteLength(JSON.stringify(params.payload ?? null));
  if (bytes <= LIMITS.payloadBytes) return [];
  const message = `has ${bytes} bytes of payload, cwd and env; at most ${LIMITS.payloadBytes} are accepted`;
  return [source.issue(["tasks", index], message)];
}

/** A plan has no store of its own: its tasks are found by the commands that are run where it is run. */
const PLAN_STORE =
  "has no effect: a plan runs in the store of its command; name that by --data, HOPPER_STORE or hopper.yaml";

function runtimeWarnings({ runtime }: Pick<Plan, "runtime">, source: PlanSource): FileIssue[] {
  const issues = settingWarnings(settingsContent.parse(withScopeNames(runtime)));
  if (runtime["store"] !== undefined) issues.push({ path: "store", message: PLAN_STORE });
  return issues.map(({ path, message }) =>
    source.issue(["runtime", ...asWritten(runtime, path.split("."))], message, "key"),
  );
}

function warningsOf(node: PlanNode, path: Path, source: PlanSource): FileIssue[] {
  return [
    ...warnings(node.config ?? {}).map((issue) =>
      source.issue([...path, "config", ...issue.path.split(".")], issue.message, "key"),
    ),
    ...node.children.flatMap((child, index) => warningsOf(child, [...path, "children", index], source)),
  ];
}

function toPlanTask(task: CheckedTask, { plan, folder }: { plan: CheckedPlan; folder: string }): PlanTask {
  const userPayload = (task.payload ?? null) as { [key: string]: Json } | null;
  const settings = {
    cwd: resolve(folder, task.cwd ?? plan.cwd ?? "."),
    env: { ...plan.env, ...task.env },
    envFrom: [...new Set([...plan.env_from, ...task.env_from])],
  };
  return {
    key: task.key,
    params: {
      key: task.key,
      title: task.title,
      description: task.description ?? null,
      tags: task.tags,
      priority: task.priority,
      run: task.run ?? null,
      dependsOn: [...new Set(task.depends_on)].map((key) => `key:${key}`),
      onDependencyFailure: task.on_dependency_failure,
      timeoutSeconds: task.timeout ?? null,
      maxAttempts: task.max_attempts,
      project: task.project ?? null,
      // A person's task runs nowhere.
      payload: task.run === undefined ? userPayload : withSettings(userPayload, settings),
      source: "plan",
    },
    deadline: task.deadline ?? null,
    notBefore: task.not_before ?? null,
  };
}

/** By place; what stands at the same place as it was found. Said once, where two checks say the same. */
function inOrder(issues: readonly FileIssue[]): FileIssue[] {
  const sorted = [...issues].sort((a, b) => a.line - b.line || a.column - b.column);
  return sorted.filter(
    (issue, index) => sorted.findIndex((other) => inPlace(other) === inPlace(issue)) === index,
  );
}

/** `plan.yaml:3:5: the message`. */
export function inPlace({ file, line, column, message }: FileIssue): string {
  return `${file}:${line}:${column}: ${message}`;
}

function refusal(issues: readonly FileIssue[]): HopperError {
  const [first] = issues;
  if (first === undefined) throw new Error("a plan is refused for a reason");
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : "";
  return new HopperError("bad_configuration", `${inPlace(first)}${more}`, {
    // `path` is where every door shows an issue's place.
    issues: issues.map((issue) => ({ ...issue, path: `${issue.file}:${issue.line}:${issue.column}:` })),
    fix: `hopper run ${shellWord(first.file)} --dry-run    (once that is right)`,
  });
}
