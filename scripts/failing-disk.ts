import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Checklist } from "./checklist.ts";

/**
 * Tries Hopper on a disk whose fsync fails (spec/runtime.md 3.3): `npm run test:disk`. Needs Linux and a C compiler, so it
 * is no part of `npm test`, where the same is tried by faults of the store's port.
 */
const HERE = join(import.meta.dirname, "failing-disk");
const BIN = join(import.meta.dirname, "..", "bin", "hopper.cjs");
const folder = mkdtempSync(join(tmpdir(), "hopper-disk-"));
const library = join(folder, "eio.so");
const trigger = join(folder, "fail");
const list = new Checklist();

/** Runs Node under the library; `at` is the folder it works in, `of` how the paths of the files end that it is about. */
function node(at: string, ...argv: string[]): SpawnSyncReturns<string> {
  return nodeWhere({}, at, ...argv);
}

function nodeWhere(of: { FAIL_FSYNC_OF?: string }, at: string, ...argv: string[]): SpawnSyncReturns<string> {
  mkdirSync(at, { recursive: true });
  const env = { ...process.env, ...of, LD_PRELOAD: library, FAIL_FSYNC_WHEN: trigger };
  return spawnSync(process.execPath, argv, { cwd: at, env, encoding: "utf8", timeout: 60_000 });
}

const compiled = spawnSync("cc", ["-shared", "-fPIC", "-o", library, join(HERE, "eio.c"), "-ldl"], {
  encoding: "utf8",
});
if (compiled.status !== 0) {
  process.stderr.write(`a C compiler (cc) is needed: ${compiled.error?.message ?? compiled.stderr}\n`);
  process.exit(69);
}

const unavailable = "unavailable";
const own = join(folder, "library");
const { closedInMs, ...met } = JSON.parse(node(own, join(HERE, "library.ts"), own, trigger).stdout) as Record<
  string,
  unknown
>;
list.say("every caller of the library meets the same refusal, and the lock is given up", met, {
  onFatal: unavailable,
  wait: unavailable,
  follow: unavailable,
  add: unavailable,
  again: unavailable,
  read: unavailable,
  lockLeft: false,
});
list.say("closing takes less than a second", Number(closedInMs) < 1_000, true);
rmSync(trigger);
list.say(
  "the store opens again and is whole",
  node(own, BIN, "doctor", "--config", "/dev/null", "--data", own).status,
  0,
);

const moved = join(folder, "moved");
writeFileSync(trigger, "");
const said = nodeWhere({ FAIL_FSYNC_OF: "/hopper.db" }, moved, join(HERE, "moved.ts"), moved).stdout;
const { acknowledged, ...refused } = JSON.parse(said) as Record<string, unknown>;
list.say("a log that cannot be moved into its file stops everything", refused, {
  add: unavailable,
  onFatal: unavailable,
  lockLeft: false,
});
rmSync(trigger);
const last = node(moved, BIN, "task", "show", `T-${String(acknowledged)}`, "--json", "--data", moved);
list.say(
  "and all that was acknowledged is there, and whole",
  [last.status, node(moved, BIN, "doctor", "--data", moved).status],
  [0, 0],
);

const command = join(folder, "command");
node(command, BIN, "instance", "create", "global", "--scope", "global", "--start");
writeFileSync(trigger, "");
const add = node(command, BIN, "task", "add", "x");
list.say(
  "a command ends with 9, prints nothing it has not done, and says what to do",
  [add.status, add.stdout, /^fix: /m.test(add.stderr)],
  [9, "", true],
);
rmSync(trigger);
writeFileSync(
  join(command, "p.yaml"),
  `name: p
hierarchy: { name: top, scope: global, children: [{ name: work, scope: project }] }
tasks: [{ key: a, title: A, run: "touch ${trigger}; sleep 30; echo never" }, { key: b, title: B, run: "sleep 1" }]
`,
);
const from = performance.now();
const run = node(command, BIN, "run", "p.yaml", "--workers", "2");
list.say(
  "a run ends with 9, and its commands with it",
  [run.status, performance.now() - from < 20_000, run.stdout.includes("never")],
  [9, true, false],
);
rmSync(trigger);
list.say("the store is whole", node(command, BIN, "doctor").status, 0);

rmSync(folder, { recursive: true, force: true });
list.end();
