import { join, resolve } from "node:path";
import type { Args } from "../parse/args.ts";
import type { Context } from "../context.ts";
import type { PlanArgs } from "../io.ts";
import { PACKAGE_ROOT } from "../package.ts";
import type { CommandSpec, OptionSpec } from "../parse/spec.ts";

/** The plan of `hopper demo`. */
const DEMO = join(PACKAGE_ROOT, "examples", "hello.plan.yaml");
const ONCE: OptionSpec = { name: "once", type: "flag", describe: "End when the plan is done" };
const KEEP: OptionSpec = { name: "keep", type: "flag", describe: "Keep a temporary data folder" };

/** `run PLAN`: the plan runner of src/plan, which is loaded here and not earlier. Source: spec/cli.md 5.3. */
export const runCommand: CommandSpec = {
  path: ["run"],
  summary: "Run a plan: a hierarchy and tasks with real commands",
  positionals: [{ name: "plan", describe: "The plan's file (YAML)" }],
  options: [
    ONCE,
    { name: "resume", type: "flag", describe: "Go on with an earlier run; finished tasks are not run again" },
    {
      name: "retry-failed",
      type: "flag",
      describe: "Go on with the latest run, and try again what has failed in it",
    },
    { name: "log-failed", type: "flag", describe: "Print at the end what the commands printed that failed" },
    { name: "new", type: "flag", describe: "Cancel what is open of an earlier run and start afresh" },
    { name: "workers", type: "whole", describe: "Shell workers at every instance that queues" },
    { name: "dry-run", type: "flag", describe: "Say where each task would go and why; nothing is stored" },
    { ...KEEP, describe: `${KEEP.describe}; other data stays anyway` },
    { name: "temp", type: "flag", hidden: true, describe: "Use a temporary data folder" },
  ],
  examples: ["hopper run examples/hello.plan.yaml --once"],
  act: async (context, args) => {
    const plan = resolve(context.io.cwd, args.text("plan"));
    const planned = await planArgs(context, args, { plan, temp: args.flag("temp") });
    const { keep, temp, dryRun, place } = planned;
    if (keep && !temp && !dryRun)
      context.remark(`note: --keep has no effect here: the data is in ${place.shown} and stays there`);
    return await context.io.runPlan(planned, context.io);
  },
};

/** `demo`: the plan that needs nothing but node, in a temporary folder. */
export const demoCommand: CommandSpec = {
  path: ["demo"],
  summary: "Run a small plan in a temporary folder",
  options: [ONCE, KEEP],
  act: async (context, args) =>
    await context.io.runPlan(await planArgs(context, args, { plan: DEMO, temp: true }), context.io),
};

async function planArgs(
  context: Context,
  args: Args,
  run: Pick<PlanArgs, "plan" | "temp">,
): Promise<PlanArgs> {
  return {
    ...run,
    once: args.flag("once"),
    resume: args.flag("resume"),
    retryFailed: args.flag("retry-failed"),
    logFailed: args.flag("log-failed"),
    new: args.flag("new"),
    workers: args.number("workers") ?? null,
    dryRun: args.flag("dry-run"),
    keep: args.flag("keep"),
    place: await context.place(),
    reach: context.reach,
    config: context.config,
    output: context.format,
    quiet: context.quiet,
  };
}
