import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Checklist } from "./checklist.ts";

/**
 * Tries the command line on a disk of 2 MiB that is full (spec/cli.md 5.1, spec/runtime.md 3.3): `npm run test:full`.
 * Needs Linux and the right to mount, so it is no part of `npm test`, where the same is tried by `max_page_count`.
 */
const BIN = join(import.meta.dirname, "..", "bin", "hopper.cjs");
const folder = mkdtempSync(join(tmpdir(), "hopper-full-"));
const disk = join(folder, "disk");
const filler = join(disk, "filler");
const plan = join(folder, "plan.yaml");
const ran = join(folder, "ran");
const list = new Checklist();

function hopper(...argv: string[]): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [BIN, ...argv], { cwd: disk, encoding: "utf8", timeout: 60_000 });
}

/** Takes all room there is. */
function fill(): void {
  const file = openSync(filler, "a");
  try {
    for (const page = Buffer.alloc(4_096, 1); ;) writeSync(file, page);
  } catch {
    closeSync(file);
  }
}

/** How a command ended that found no room. */
function outcome({ status, stdout, stderr }: SpawnSyncReturns<string>): unknown {
  return { status, printed: stdout, named: stderr.includes(disk), fix: /^fix: df -h /m.test(stderr) };
}
const REFUSED = { status: 5, printed: "", named: true, fix: true };

/** The first command takes all room for two seconds; each of the others says that it ran. */
function writePlan(): void {
  const others = ["b", "c", "d", "e", "f"].map(
    (key) =>
      `  - { key: ${key}, title: Say ${key}, run: "sleep 0.3; echo ${key} >> ${ran}; head -c 60000 /dev/urandom | base64" }`,
  );
  const fills = `head -c 4000000 /dev/zero > ${filler}; sleep 2; rm ${filler}`;
  const lines = [
    "name: full",
    "hierarchy: { name: global, scope: GLOBAL, children: [{ name: work, scope: PROJECT }] }",
    "tasks:",
    `  - { key: a, title: Fill it, run: "${fills}" }`,
    ...others,
  ];
  writeFileSync(plan, lines.join("\n"));
}

function tryAll(): void {
  const create = ["instance", "create", "global", "--scope", "global", "--start"];
  fill();
  list.say("the first command of all is refused", outcome(hopper(...create)), REFUSED);
  rmSync(filler);
  list.say("and leaves nothing that blocks the next one", hopper(...create).status, 0);

  fill();
  const long = ["--description", "x".repeat(3_000)];
  let added = -1;
  let add: SpawnSyncReturns<string>;
  do {
    add = hopper("task", "add", "More", ...long);
    added += 1;
  } while (add.status === 0 && added < 100);
  list.say("what finds no room is refused", outcome(add), REFUSED);
  writePlan();
  list.say("so is a run, which has begun nothing then", outcome(hopper("run", plan)), REFUSED);
  rmSync(filler);
  const { tasks } = JSON.parse(hopper("status", "--json").stdout) as { tasks: { total: number } };
  list.say("what was answered is there, and nothing else", tasks.total, added);

  const run = hopper("run", plan, "--workers", "2");
  const told = /note: The disk of .* is full/.test(run.stdout + run.stderr);
  list.say(
    "a run whose disk fills up says so, and goes on once there is room",
    [run.status, told],
    [0, true],
  );
  const lines = readFileSync(ran, "utf8").split("\n").toSorted();
  list.say("and has run each command once", lines, ["", "b", "c", "d", "e", "f"]);
  list.say("doctor finds nothing", hopper("doctor").status, 0);
}

mkdirSync(disk);
const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", disk], { encoding: "utf8" });
if (mounted.status !== 0) {
  process.stderr.write(`a file system of 2 MiB is needed: ${mounted.error?.message ?? mounted.stderr}\n`);
  process.exit(69);
}
try {
  tryAll();
} finally {
  spawnSync("umount", [disk]);
  rmSync(folder, { recursive: true, force: true });
}
list.end();
