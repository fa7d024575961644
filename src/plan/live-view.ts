import { createLogUpdate } from "log-update";
import type { Hopper } from "../hopper.ts";
import type { InstanceTreeView } from "../views/views.ts";
import type { Reach } from "./next-steps.ts";
import { standingStill } from "./open-tasks.ts";
import type { OpenTask, PlanRender } from "./render.ts";
import type { RunWatch } from "./run-watch.ts";
import type { PlanStep } from "../narration/step.ts";

/** What of a terminal is needed. */
export interface Terminal {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

export interface LiveViewParams {
  readonly hopper: Hopper;
  readonly rootId: string;
  readonly watch: RunWatch;
  readonly reach: Reach;
  readonly terminal: Terminal;
  readonly render: PlanRender;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly startedAt: number;
}

/** Elapsed times are redrawn so often. */
const REDRAW_MS = 100;
/** The tree, and what stands still, are asked for anew at most so often. */
const ASKED_MS = 250;
/** Of so many open tasks it is asked what they wait for. */
const ASKED_OF = 100;
const DEFAULT_ROWS = 24;

/**
 * The picture on a terminal while a plan runs: finished tasks scroll up as blocks, below them the tree with its counts,
 * what is running, and how far it is. Source: spec/cli.md 5.3.
 */
export class LiveView {
  readonly #params: LiveViewParams;
  readonly #log: ReturnType<typeof createLogUpdate>;
  readonly #blocks = new Map<string, PlanStep[]>();
  #forest: readonly InstanceTreeView[];
  #waiting: readonly OpenTask[] = [];
  #askedAt = -Infinity;
  #asking = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(params: LiveViewParams & { readonly forest: readonly InstanceTreeView[] }) {
    this.#params = params;
    this.#forest = params.forest;
    this.#log = createLogUpdate(params.terminal as NodeJS.WriteStream);
  }

  start(): void {
    this.#timer = setInterval(() => this.draw(), REDRAW_MS);
    this.draw();
  }

  /** Keeps the step for its task's block; the task's last one prints the block. */
  take(step: PlanStep): void {
    const { render } = this.#params;
    if (step.ref === null) {
      this.say(render.step(step));
      return;
    }
    const block = this.#blocks.get(step.ref) ?? [];
    block.push(step);
    this.#blocks.set(step.ref, block);
    if (step.kind !== "final") return;
    this.#blocks.delete(step.ref);
    this.say(render.block(block));
  }

  /** Lines that stay, above the picture. */
  say(lines: readonly string[]): void {
    this.#log.clear();
    this.#write(lines);
    this.draw();
  }

  draw(): void {
    const { watch, render, terminal, now, startedAt } = this.#params;
    this.#ask();
    const lines = render.live({
      ...watch.counts(),
      forest: this.#forest,
      running: watch.running(now()),
      waiting: this.#waiting,
      elapsedMs: now() - startedAt,
      rows: terminal.rows ?? DEFAULT_ROWS,
    });
    this.#log(lines.join("\n"));
  }

  /** Takes the picture away; what was not finished is told as far as it came. */
  stop(): void {
    clearInterval(this.#timer);
    this.#log.clear();
    this.#log.done();
    for (const block of this.#blocks.values()) {
      // A task that only has its title, or nothing new, is told by whoever says what stays open.
      if (block.some(({ kind }) => kind !== "task")) this.#write(this.#params.render.block(block));
    }
    this.#blocks.clear();
  }

  #write(lines: readonly string[]): void {
    this.#params.terminal.write(lines.map((line) => `${line}\n`).join(""));
  }

  #ask(): void {
    const { hopper, rootId, watch, reach, now } = this.#params;
    if (this.#asking || now() - this.#askedAt < ASKED_MS) return;
    this.#asking = true;
    this.#askedAt = now();
    const asked = [
      hopper.instances.hierarchy(rootId),
      standingStill(hopper, watch.idle(ASKED_OF), reach),
    ] as const;
    Promise.all(asked)
      .then(([tree, waiting]) => {
        this.#forest = [tree];
        this.#waiting = waiting;
      })
      .catch(() => {}) // the store may just be closing: the last picture stays
      .finally(() => (this.#asking = false));
  }
}
