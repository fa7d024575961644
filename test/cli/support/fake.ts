import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CliIo, PlanArgs } from "../../../cli/io.ts";
import type { OpenParams } from "../../../cli/library/library.ts";
import { run } from "../../../cli/run.ts";
import type { Hopper } from "../../../src/hopper.ts";
import { INTERNALS } from "../../../src/verbs/internals.ts";
import { NOW } from "./views.ts";

/** What a call to the fake library was: `tasks.add` with its parameters, or `settle`, `close`, `open:own`. */
export type Call = readonly [verb: string, ...params: unknown[]];

type Answers = Readonly<Record<string, unknown>>;

/** A refusal as the library throws it. */
export class HopperError extends Error {
  override readonly name = "HopperError";
  readonly code: string;
  readonly status: number;
  readonly detail: string;
  readonly facts: Readonly<Record<string, unknown>>;
  constructor(code: string, status: number, detail: string, facts: Readonly<Record<string, unknown>> = {}) {
    super(detail);
    this.code = code;
    this.status = status;
    this.detail = detail;
    this.facts = facts;
  }
}

/** A failure to open a store, as store/ throws it. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly kind: string;
  readonly path = "/data/hopper.db";
  readonly pid: number | null;
  constructor(kind: string, message: string, pid: number | null = null) {
    super(message);
    this.kind = kind;
    this.pid = pid;
  }
}

/** A library made of answers: `{ "tasks.get": view }`, a function of the call's parameters, or an Error to throw. */
export function fakeHopper(answers: Answers, calls: Call[]): Hopper {
  const answer = (verb: string, params: unknown[]): unknown => {
    calls.push([verb, ...params]);
    const given = answers[verb];
    if (given instanceof Error) throw given;
    if (typeof given === "function") return (given as (...all: unknown[]) => unknown)(...params);
    if (given === undefined && verb === "tasks.waits") return { items: [] };
    if (given === undefined && verb !== "settle" && verb !== "close")
      throw new Error(`no answer for ${verb}`);
    return given;
  };
  const verbsOf = (group: string) =>
    new Proxy(
      {},
      {
        get:
          (_target, verb) =>
          async (...params: unknown[]) =>
            answer(`${group}.${String(verb)}`, params),
      },
    );
  const groups = ["instances", "tasks", "delegations", "route", "deadLetters"];
  const plain = (verb: string) => async () => answer(verb, []);
  return {
    ...Object.fromEntries(groups.map((group) => [group, verbsOf(group)])),
    [INTERNALS]: verbsOf("internals"),
    settle: plain("settle"),
    close: plain("close"),
    stats: plain("stats"),
    doctor: plain("doctor"),
    events: async function* (params: unknown) {
      yield* answer("events", [params]) as Iterable<unknown>;
    },
  } as unknown as Hopper;
}

export interface Ran {
  code: number;
  out: string;
  err: string;
  calls: Call[];
}

export interface RunOptions {
  answers?: Answers;
  /** Default: a folder with a store in it. `null`: an empty one. */
  cwd?: string | null;
  env?: Record<string, string>;
  terminal?: { columns: number };
  /** Called for each opening; throws what it throws. */
  onOpen?: (params: OpenParams) => void;
  onPlan?: (args: PlanArgs) => number;
  signal?: AbortSignal;
  /** The reader of stdout is gone after so many writes. */
  closedAfter?: number;
  /** What the person at the terminal answers; absent = there is nobody to ask. */
  says?: string;
}

const folders: string[] = [];
process.once("exit", () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder of its own, gone when the test process ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "hopper-cli-"));
  folders.push(folder);
  return folder;
}

/** A folder in which `.hopper` holds what looks like a store. */
export function folderWithStore(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, ".hopper"));
  writeFileSync(join(folder, ".hopper", "hopper.db"), "");
  return folder;
}

/** Runs a command line against a fake library, with a clock that only moves when the command sleeps. */
export async function hopper(argv: string[], options: RunOptions = {}): Promise<Ran> {
  const ran: Ran = { code: -1, out: "", err: "", calls: [] };
  const { answers = {}, onOpen, onPlan } = options;
  let now = NOW;
  let writes = 0;
  const io: CliIo = {
    stdout: {
      write: (text) => {
        writes += 1;
        ran.out += text;
      },
      isTTY: options.terminal !== undefined,
      columns: options.terminal?.columns,
      get closed() {
        return options.closedAfter !== undefined && writes >= options.closedAfter;
      },
    },
    stderr: {
      write: (text) => {
        ran.err += text;
      },
    },
    ask:
      options.says === undefined
        ? undefined
        : async (question) => {
            ran.err += question;
            return options.says ?? "";
          },
    env: { USER: "ada", ...options.env },
    cwd: options.cwd === undefined ? folderWithStore() : (options.cwd ?? temporaryFolder()),
    signal: options.signal ?? new AbortController().signal,
    openHopper: async (params) => {
      ran.calls.push([`open:${params.mode}`, params]);
      onOpen?.(params);
      return fakeHopper(answers, ran.calls);
    },
    runPlan: async (args) => {
      ran.calls.push(["plan", args]);
      return onPlan?.(args) ?? 0;
    },
    now: () => now,
    sleep: async (ms) => {
      now += ms;
    },
  };
  ran.code = await run(argv, io);
  return ran;
}

/** The parameters of the only call of that verb. */
export function paramsOf(ran: Ran, verb: string): unknown[] {
  const found = ran.calls.filter(([name]) => name === verb);
  if (found.length !== 1) throw new Error(`${verb} was called ${found.length} times`);
  return found[0]?.slice(1) ?? [];
}

/** The verbs that were called, in order, without what opens and closes. */
export function verbs(ran: Ran): string[] {
  return ran.calls.map(([verb]) => verb).filter((verb) => !/^(?:open:|close)/.test(verb));
}
