import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Case, Row } from "../lib/case.ts";
import { spreadOf, timed } from "../lib/stats.ts";
import { createWorldFile } from "../lib/w3-world.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const BIN = join(ROOT, "bin", "hopper.cjs");
/** The data folder's store, as the CLI names it. */
const STORE_FILE = "hopper.db";

/** ms of one command, which has to succeed. */
function spawned(args: readonly string[], cwd: string): number {
  let failure = "";
  const ms = timed(() => {
    const { status, stderr } = spawnSync(process.execPath, args, { cwd, encoding: "utf8", timeout: 30_000 });
    if (status !== 0) failure = `${args.join(" ")} ended with ${status}: ${stderr}`;
  });
  if (failure !== "") throw new Error(failure);
  return ms;
}

/** The median of several starts, after two that fill the caches. */
function startCase(name: string, args: readonly string[], withStore = false): Case {
  return {
    name,
    async run({ folder, quick }) {
      if (withStore) await createWorldFile(join(folder, ".hopper", STORE_FILE));
      const times = Array.from({ length: quick ? 5 : 12 }, () => spawned(args, folder));
      return { figures: { ms: spreadOf(times.slice(2)).median } };
    },
  };
}

const code = existsSync(join(ROOT, "dist", "cli", "main.js")) ? "dist" : "sources";

/** From the shell to the end of the process; Node 24 started directly, caches warm. */
export const startup: Row = {
  name: "startup",
  title: `start of a command (${code})`,
  group: "startup",
  cases: [
    startCase("node, doing nothing", ["-e", "0"]),
    startCase("hopper --version", [BIN, "--version"]),
    startCase("hopper --help", [BIN, "--help"]),
    startCase("hopper instance list, 41 instances, embedded", [BIN, "instance", "list"], true),
    startCase("hopper task list, embedded", [BIN, "task", "list"], true),
    startCase("hopper task add, embedded", [BIN, "task", "add", "A task", "--tag", "tag-1"], true),
  ],
  shown: ["ms"],
};
