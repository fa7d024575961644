import { stringify } from "yaml";
import { commandText } from "../contracts/shell-word.ts";
import type { Hopper } from "../hopper.ts";
import { toWire } from "../contracts/wire.ts";
import type { EventView, InstanceTreeView, TaskView } from "../views/views.ts";
import type { PlanCommandArgs, PlanIo } from "./command-io.ts";
import { LiveView } from "./live-view.ts";
import type { Reach } from "./next-steps.ts";
import type { OpenTask, PlanHeader, PlannedTask, PlanRender, PlanSummary, RunningTask } from "./render.ts";
import type { RunWatch } from "./run-watch.ts";
import type { PlanStep } from "../narration/step.ts";

/**
 * Everything a run of a plan says, in the form that was asked for: lines as things happen (a pipe), a live
 * picture (a terminal), one object at the end (json, yaml), or each event as it happens (jsonl).
 */
export class PlanOutput {
  readonly #args: Pick<PlanCommandArgs, "output" | "quiet">;
  readonly #io: PlanIo;
  readonly #render: PlanRender;
  readonly #errors: PlanRender;
  readonly #form: "lines" | "live" | "object" | "events" | "ids";
  #live: LiveView | null = null;

  constructor({ args, io }: { args: Pick<PlanCommandArgs, "output" | "quiet">; io: PlanIo }) {
    this.#args = args;
    this.#io = io;
    this.#render = io.render({ stream: io.stdout, env: io.env });
    this.#errors = io.render({ stream: io.stderr, env: io.env });
    this.#form = formOf(args, io);
  }

  /** For a person, beside the data. */
  remark(text: string): void {
    if (!this.#args.quiet && (this.#form === "lines" || this.#form === "live"))
      this.#io.stderr.write(`${text}\n`);
  }

  begin(run: {
    header: PlanHeader;
    forest: readonly InstanceTreeView[];
    hopper: Hopper;
    rootId: string;
    watch: RunWatch;
    reach: Reach;
    startedAt: number;
  }): void {
    if (this.#form !== "lines" && this.#form !== "live") return;
    this.#write(this.#render.header(run.header));
    if (this.#form === "lines") {
      this.#write([...this.#render.tree(run.forest), ""]);
      return;
    }
    const terminal = this.#io.stdout;
    this.#live = new LiveView({ ...run, terminal, render: this.#render, now: () => this.#io.now() });
    this.#live.start();
  }

  step(step: PlanStep): void {
    if (this.#live !== null) this.#live.take(step);
    else if (this.#form === "lines") this.#write(this.#render.step(step));
  }

  /** The user has interrupted the run; it ends once these commands have. */
  ending(tasks: readonly RunningTask[], graceMs: number): void {
    if (this.#live !== null) this.#live.say(this.#render.ending(tasks, graceMs));
    else for (const line of this.#errors.ending(tasks, graceMs)) this.remark(line);
  }

  event(event: EventView): void {
    if (this.#form === "events") this.#write([JSON.stringify(toWire(event))]);
  }

  /** Takes away what is redrawn. May be called twice. */
  stop(): void {
    this.#live?.stop();
    this.#live = null;
  }

  end(run: {
    plan: string;
    runId: string;
    tasks: readonly TaskView[];
    summary: PlanSummary;
    remaining: readonly OpenTask[];
    reach: Reach;
  }): void {
    this.stop();
    const { plan, runId, tasks, summary, remaining, reach } = run;
    if (this.#form === "object") this.#object({ plan, runId, ...summary, tasks, remaining });
    if (this.#form === "ids") this.#write(this.#args.quiet ? [runId] : tasks.map(({ ref }) => ref));
    if (this.#form === "lines" || this.#form === "live") this.#write(this.#render.summary(summary));
    if (remaining.length === 0) return;
    const what = `${remaining.length} of ${tasks.length} tasks stay open, and nothing is running, due or backing off`;
    const lines = [
      `error: ${what}`,
      ...this.#errors.remaining(remaining),
      ...(reach.options === null
        ? []
        : [`fix: ${commandText(["task", "list", "--status", "open", ...reach.options])}`]),
    ];
    this.#io.stderr.write(lines.map((line) => `${line}\n`).join(""));
  }

  dryRun(found: {
    header: PlanHeader;
    forest: readonly InstanceTreeView[];
    tasks: readonly PlannedTask[];
  }): void {
    const { header, forest, tasks } = found;
    if (this.#form === "object") this.#object({ plan: header.plan, hierarchy: forest, tasks });
    else if (this.#form === "events") this.#write(tasks.map((task) => JSON.stringify(toWire(task))));
    else if (this.#form === "ids") this.#write(tasks.map(({ key }) => key));
    else
      this.#write([
        ...this.#render.header(header),
        ...this.#render.tree(forest),
        ...this.#render.dryRun(tasks),
      ]);
  }

  #object(body: object): void {
    const wire = toWire(body);
    this.#io.stdout.write(
      this.#args.output === "yaml" ? stringify(wire, { lineWidth: 0 }) : `${JSON.stringify(wire, null, 2)}\n`,
    );
  }

  #write(lines: readonly string[]): void {
    if (lines.length > 0) this.#io.stdout.write(lines.map((line) => `${line}\n`).join(""));
  }
}

function formOf(
  { output, quiet }: Pick<PlanCommandArgs, "output" | "quiet">,
  io: PlanIo,
): "lines" | "live" | "object" | "events" | "ids" {
  if (output === "json" || output === "yaml") return "object";
  if (output === "jsonl") return "events";
  if (output === "name" || quiet) return "ids";
  return io.stdout.isTTY === true ? "live" : "lines";
}
