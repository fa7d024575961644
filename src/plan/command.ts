import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { HopperError, messageOf } from "../../machines/errors.ts";
import type { Hopper } from "../hopper.ts";
import { internalsOf } from "../verbs/internals.ts";
import { loadConfiguration } from "../config/config.ts";
import { dryRun } from "./dry-run.ts";
import { inPlace, readPlan, type Plan } from "./plan-file.ts";
import { PlanOutput } from "./plan-output.ts";
import type { PlanCommandArgs, PlanIo } from "./command-io.ts";
import type { PlanHeader } from "./render.ts";
import { runPlan } from "./run-plan.ts";

/** How often the same note is worth saying. */
const NOTE_AGAIN_MS = 60_000;

const EXIT = { ok: 0, failed: 1, interrupted: 130 } as const;
/** Another short command may just be using the store (spec/cli.md 5.1). */
const LOCK_WAIT_MS = 5_000;
const LOCK_RETRY_MS = 50;

/**
 * Runs a plan, or says where its tasks would go. Resolves with the exit code: 0 when all tasks are done, 1 when
 * one failed or stays open, 130 when interrupted. Throws HopperError for what is refused: a plan that
 * cannot be read (`validation_failed`) or is not right (`bad_configuration`), an earlier run's open tasks
 * (`illegal_transition`).
 */
export async function runPlanCommand(args: PlanCommandArgs, io: PlanIo): Promise<number> {
  if ((args.resume || args.retryFailed) && args.new) {
    const goesOn = args.resume ? "--resume" : "--retry-failed";
    const detail = `${goesOn} and --new exclude each other: one goes on with the earlier run, the other cancels it`;
    throw new HopperError("validation_failed", detail, { issues: [] });
  }
  const plan = await readPlan(shown(args.plan, io.cwd), { cwd: io.cwd });
  const config = layered(args.config, plan.runtime);
  // Whatever is wrong with the settings, also in the environment, is said before anything is made.
  const { settings } = loadConfiguration({ content: config, env: io.env });
  const output = new PlanOutput({ args, io });
  for (const warning of plan.warnings) output.remark(`note: ${inPlace(warning)}`);
  if (args.dryRun) return dry({ plan, config, output, io });
  remarkOn(plan, { output, io, once: isOnce(args, io) });
  const folder = args.temp ? await mkdtemp(join(tmpdir(), "hopper-")) : args.data;
  const header = {
    ...headerOf(plan),
    data: { folder, kind: args.temp ? (args.keep ? "kept" : "temporary") : "own" },
  } as const;
  try {
    await using hopper = await openWaiting(folder, config, io);
    const { length: left } = internalsOf(hopper).left.groups;
    if (left > 0)
      output.remark(`note: ended ${left} command${left > 1 ? "s" : ""} that an earlier run had left behind`);
    const slotsOf = (instance: string): number => args.workers ?? plan.workers[instance] ?? 1;
    const { leaseMs, heartbeatMs } = settings.workers;
    const workers = {
      slotsOf,
      cwd: dirname(resolve(io.cwd, args.plan)),
      environment: io.env,
      leaseSeconds: leaseMs / 1_000,
      heartbeatSeconds: heartbeatMs / 1_000,
      onError: notesOf(output, io),
    };
    const { retryFailed, logFailed } = args;
    const flags = {
      resume: args.resume,
      retryFailed,
      logFailed,
      startNew: args.new,
      once: isOnce(args, io),
    };
    const reach = { file: plan.file, options: reachOf(args, folder) };
    const end = await runPlan({ hopper, plan, flags, reach, header, workers, output, io });
    if (end.how === "interrupted") return EXIT.interrupted;
    return end.allDone ? EXIT.ok : EXIT.failed;
  } finally {
    if (args.temp && !args.keep) await rm(folder, { recursive: true, force: true });
  }
}

/** A temporary folder that stays is named from now on; one that goes cannot be reached. */
function reachOf({ temp, keep, reach }: PlanCommandArgs, folder: string): readonly string[] | null {
  if (!temp) return reach;
  return keep ? ["--data", folder] : null;
}

/** Says what a worker meets; what it meets again and again, as on a full disk, once a minute. */
function notesOf(output: PlanOutput, io: PlanIo): (error: unknown) => void {
  const saidAt = new Map<string, number>();
  return (error) => {
    const text = `note: ${messageOf(error)}`;
    const now = io.now();
    if (now - (saidAt.get(text) ?? -Infinity) < NOTE_AGAIN_MS) return;
    saidAt.set(text, now);
    output.remark(text);
  };
}

async function dry(params: { plan: Plan; config: unknown; output: PlanOutput; io: PlanIo }): Promise<number> {
  const { plan, config, output, io } = params;
  const { createHopper } = await import("../hopper.ts");
  await using hopper = await createHopper({ store: "sqlite::memory:", config });
  const tasks = await dryRun({ hopper, plan, now: io.now() });
  const forest = [await hopper.instances.hierarchy(plan.hierarchy.name)];
  const data = { folder: "", kind: "temporary" } as const;
  output.dryRun({ header: { ...headerOf(plan), how: "dry", data }, forest, tasks });
  return EXIT.ok;
}

/** On a pipe nobody can do a person's task, or press Ctrl-C: a run that has come to a halt ends. */
function isOnce(args: PlanCommandArgs, io: PlanIo): boolean {
  return args.once || io.stdout.isTTY !== true;
}

/** What should be known before anything starts. */
function remarkOn(plan: Plan, { output, io, once }: { output: PlanOutput; io: PlanIo; once: boolean }): void {
  for (const { key, params } of plan.tasks) {
    if (params.run !== null && params.run !== undefined) continue;
    const waits = once ? "nothing here waits for that" : "the run waits for that";
    output.remark(
      `note: ${key} (${JSON.stringify(params.title)}) has no command: a person does it, and ${waits}`,
    );
  }
  const missing = plan.envFrom.filter((name) => io.env[name] === undefined);
  if (missing.length > 0) output.remark(`note: env_from names what is not set here: ${missing.join(", ")}`);
}

function headerOf(plan: Plan): Omit<PlanHeader, "data"> {
  const node = process.versions.node.split(".")[0] ?? "";
  return { version: ownVersion(), node, plan: plan.name, runId: null, how: "started" };
}

/** This package may always ask for its own manifest, in a clone and when installed. */
function ownVersion(): string {
  const manifest = createRequire(import.meta.url)("hopper-runtime/package.json") as { version: string };
  return manifest.version;
}

/** As a person would name the file from here. */
function shown(file: string, cwd: string): string {
  const path = relative(cwd, resolve(cwd, file));
  return path === "" || path.startsWith("..") || isAbsolute(path) ? file : path;
}

/** The plan's own settings over those of hopper.yaml, key by key. */
function layered(base: unknown, over: unknown): unknown {
  if (over === undefined) return base;
  if (!isSection(base) || !isSection(over)) return over;
  const keys = new Set([...Object.keys(base), ...Object.keys(over)]);
  return Object.fromEntries([...keys].map((key) => [key, layered(base[key], over[key])]));
}

function isSection(value: unknown): value is { [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

async function openWaiting(data: string, config: unknown, io: PlanIo): Promise<Hopper> {
  const giveUpAt = performance.now() + LOCK_WAIT_MS;
  for (;;) {
    try {
      return await io.openHopper({ data, mode: "own", config });
    } catch (error) {
      if (!isLocked(error) || performance.now() >= giveUpAt || io.signal.aborted) throw error;
    }
    await pause(LOCK_RETRY_MS);
  }
}

function isLocked(error: unknown): boolean {
  return error instanceof Error && "kind" in error && error.kind === "locked";
}
