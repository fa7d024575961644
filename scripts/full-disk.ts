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
import { isDeepStrictEqual } from "node:util";

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
let failed = 0;

function say(what: string, found: unknown, wanted: unknown): void {
  const good = isDeepStrictEqual(found, wanted);
  if (!good) failed += 1;
  process.stdout.write(`${good ? "ok    " : "FAILED"} ${what}${good ? "" : `: ${JSON.stringify(found)}`}\n`);
}

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
    (key) => `  - { key: ${key}, title: Say ${key}, run: "sleep 0.3; echo ${key} >> ${ran}" }`,
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
  say("the first command of all is refused", outcome(hopper(...create)), REFUSED);
  rmSync(filler);
  say("and leaves nothing that blocks the next one", hopper(...create).status, 0);

  fill();
  const long = ["--description", "x".repeat(3_000)];
  let added = 0;
  let add = hopper("task", "add", "More", ...long);
  for (; add.status === 0 && added < 100; added += 1) add = hopper("task", "add", "More", ...long);
  say("what finds no room is refused", outcome(add), REFUSED);
  writePlan();
  say("so is a run, which has begun nothing then", outcome(hopper("run", plan)), REFUSED);
  rmSync(filler);
  const { tasks } = JSON.parse(hopper("status", "--json").stdout) as { tasks: { total: number } };
  say("what was answered is there, and nothing else", tasks.total, added);

  const run = hopper("run", plan, "--workers", "2");
  const told = /note: The disk of .* is full/.test(run.stdout + run.stderr);
  say("a run whose disk fills up says so, and goes on once there is room", [run.status, told], [0, true]);
  const lines = readFileSync(ran, "utf8").split("\n").toSorted();
  say("and has run each command once", lines, ["", "b", "c", "d", "e", "f"]);
  say("doctor finds nothing", hopper("doctor").status, 0);
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
process.stdout.write(failed === 0 ? "all as it should be\n" : `${failed} FAILED\n`);
process.exitCode = failed === 0 ? 0 : 1;
