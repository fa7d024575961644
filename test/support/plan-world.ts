import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFailed, onTestFinished } from "vitest";
import { planRender } from "../../cli/render/plan.ts";
import type { Hopper } from "../../src/hopper.ts";
import { createHopper } from "../../src/index.ts";
import { systemClock } from "../../src/environment/real.ts";
import { runPlanCommand } from "../../src/plan/command.ts";
import type { PlanCommandArgs } from "../../src/plan/command-io.ts";

/** A stream that keeps what is written, and says when a text has come. */
export class Sink {
  text = "";
  readonly isTTY: boolean;
  readonly columns: number;
  readonly rows = 20;
  readonly #waiting = new Set<() => void>();

  constructor(terminal: { columns: number } | null = null) {
    this.isTTY = terminal !== null;
    this.columns = terminal?.columns ?? 80;
  }

  write(text: string): boolean {
    this.text += text;
    for (const wake of this.#waiting) wake();
    return true;
  }

  /** Resolves when this has been written. */
  async has(form: RegExp): Promise<void> {
    while (!form.test(this.text)) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
    }
  }
}

/** The head of a plan: GLOBAL top; webapp (frontend) with w1 and w2, backend (api) with w3. */
export const HIERARCHY = `name: p
hierarchy:
  name: top
  scope: GLOBAL
  children:
    - name: webapp
      scope: PROJECT
      config: { capabilities: [frontend] }
      children: [ { name: w1, scope: ORCHESTRATION }, { name: w2, scope: ORCHESTRATION } ]
    - name: backend
      scope: PROJECT
      config: { capabilities: [api] }
      children: [ { name: w3, scope: ORCHESTRATION } ]
`;

/** A world that ends with the test. */
export function planWorld(): PlanWorld {
  const world = new PlanWorld();
  onTestFinished(() => world.end());
  onTestFailed(() => {
    // What a run that hangs has told so far says most about why.
    process.stderr.write(`${world.stdout.text}\n${world.stderr.text}\n`);
  });
  return world;
}

/** A folder with a plan and a store, and the command run in it, in this process. */
export class PlanWorld {
  readonly folder = mkdtempSync(join(tmpdir(), "hopper-plan-"));
  readonly data = join(this.folder, ".hopper");
  readonly #interruption = new AbortController();
  readonly #refused = Promise.withResolvers<void>();
  stdout = new Sink();
  stderr = new Sink();
  /** How far the store's clock is ahead of ours: for what happens much later. */
  aheadMs = 0;

  write(text: string, name = "p.yaml"): void {
    writeFileSync(join(this.folder, name), text);
  }

  /** Resolves when the command was refused the store, because somebody else has it. */
  async refused(): Promise<void> {
    await this.#refused.promise;
  }

  interrupt(): void {
    this.#interruption.abort();
  }

  /** Runs the plan on a pipe, or on a terminal of so many columns; resolves with the exit code. */
  async run(
    args: Partial<PlanCommandArgs> = {},
    terminal: { columns: number } | null = null,
  ): Promise<number> {
    this.stdout = new Sink(terminal);
    this.stderr = new Sink();
    return runPlanCommand(
      {
        plan: "p.yaml",
        once: false,
        resume: false,
        retryFailed: false,
        logFailed: false,
        new: false,
        workers: null,
        dryRun: false,
        keep: false,
        temp: false,
        data: this.data,
        reach: [],
        config: { tasks: { retry_backoff_ms: 1, retry_backoff_max_ms: 1 } },
        output: "table",
        quiet: false,
        ...args,
      },
      {
        stdout: this.stdout,
        stderr: this.stderr,
        env: { PATH: process.env["PATH"], TMPDIR: this.folder },
        cwd: this.folder,
        signal: this.#interruption.signal,
        openHopper: async ({ data, mode, config }) => {
          try {
            return await openStore(data, { mode, config, aheadMs: this.aheadMs });
          } catch (error) {
            this.#refused.resolve();
            throw error;
          }
        },
        now: () => Date.now(),
        render: planRender,
      },
    );
  }

  /** Looks into the store when no command runs. */
  async look<T>(use: (hopper: Hopper) => Promise<T>): Promise<T> {
    const hopper = await openStore(this.data, { mode: "own", config: undefined, aheadMs: this.aheadMs });
    try {
      return await use(hopper);
    } finally {
      await hopper.close();
    }
  }

  end(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function openStore(
  data: string,
  options: { mode: "own" | "read"; config: unknown; aheadMs: number },
): Promise<Hopper> {
  const { mode, config, aheadMs } = options;
  mkdirSync(data, { recursive: true });
  return createHopper({
    store: `sqlite:${join(data, "hopper.db")}`,
    mode,
    config,
    lockWaitMs: 0,
    clock: {
      ...systemClock,
      now: () => Date.now() + aheadMs,
      at: (moment, run, awaited) => systemClock.at(moment - aheadMs, run, awaited),
    },
  });
}
