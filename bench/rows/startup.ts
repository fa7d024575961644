import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Case, Row } from "../lib/case.ts";
import { spreadOf, timed } from "../lib/stats.ts";
import { createWorldFile } from "../lib/w3-world.ts";

const ROOT = join(import.meta.dirname, "..", "..");
/** The data folder's store, as the CLI names it. */
const STORE = join(".hopper", "hopper.db");

interface Launcher {
  /** The file that the command would import: built, or a source while any source is newer than the build. */
  findCli(this: void, root: string): string;
}

/** What is measured is what ships: an old build would be measured as if it were this code. */
function obstacle(): string | null {
  const { findCli } = createRequire(import.meta.url)(join(ROOT, "bin", "hopper.cjs")) as Launcher;
  const built = dirname(findCli(ROOT)) === join(ROOT, "dist", "cli");
  return built ? null : "dist/ is missing or older than the sources; run `npm run build` first";
}

/** The files of the package, where no source stands beside them. */
function packageIn(folder: string): string {
  const into = join(folder, "package");
  for (const name of ["bin", "dist", "package.json"])
    cpSync(join(ROOT, name), join(into, name), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(into, "node_modules"));
  return join(into, "bin", "hopper.cjs");
}

/** ms of one command, which has to succeed. */
function spawned(args: readonly string[], cwd: string): number {
  const env = { ...process.env, NODE_COMPILE_CACHE: join(cwd, "compile-cache") };
  let failure = "";
  const ms = timed(() => {
    const { status, stderr } = spawnSync(process.execPath, args, {
      cwd,
      env,
      encoding: "utf8",
      timeout: 30_000,
    });
    if (status !== 0) failure = `${args.join(" ")} ended with ${status}: ${stderr}`;
  });
  if (failure !== "") throw new Error(failure);
  return ms;
}

/** The median of several starts, after two that fill the caches. */
function measured(args: readonly string[], cwd: string, quick: boolean): { figures: { ms: number } } {
  const times = Array.from({ length: quick ? 7 : 22 }, () => spawned(args, cwd));
  return { figures: { ms: spreadOf(times.slice(2)).median } };
}

const node: Case = {
  name: "node, doing nothing",
  run: ({ folder, quick }) => Promise.resolve(measured(["-e", "0"], folder, quick)),
};

function commandCase(name: string, args: readonly string[], options: { store: boolean }): Case {
  return {
    name,
    async run({ folder, quick }) {
      const bin = packageIn(folder);
      const cwd = join(folder, "work");
      mkdirSync(cwd);
      if (options.store) await createWorldFile(join(cwd, STORE));
      return measured([bin, ...args], cwd, quick);
    },
  };
}

const LIST = "hopper instance list, 41 instances, embedded";
const HELP = "hopper --help";
const ADD = ["task", "add", "A task", "--tag", "tag-1"];

/** From the shell to the end of the process: the built command under Node 24 started directly, caches warm. */
export const startup: Row = {
  name: "startup",
  title: "start of a command (dist)",
  group: "startup",
  cases: [
    node,
    commandCase("hopper --version", ["--version"], { store: false }),
    commandCase(HELP, ["--help"], { store: false }),
    commandCase(LIST, ["instance", "list"], { store: true }),
    commandCase("hopper task list, embedded", ["task", "list"], { store: true }),
    commandCase("hopper task add, embedded", ADD, { store: true }),
  ],
  shown: ["ms"],
  targets: [
    { what: HELP, figure: "ms", atMost: 150 },
    { what: LIST, figure: "ms", atMost: 450 },
  ],
  obstacle,
};
