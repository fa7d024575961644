import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, sep } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const ROOT = dirname(import.meta.dirname);
const BIN = join(ROOT, "bin", "hopper.cjs");
const bin = createRequire(import.meta.url)(BIN) as {
  decide(facts: { version: string; bundledNode: string | null; isChild?: boolean }): {
    action: "import" | "spawn" | "refuse";
    node?: string;
    lines?: string[];
  };
  findCli(root: string): string;
  findBundledNode(root: string): string | null;
  compileCacheDir(env: Record<string, string>): string;
};

/** What the CLI is replaced by: it tells what it got, then does what its first argument says. */
const FAKE_CLI = `export async function main(argv) {
  // Ready for the signal before it speaks: the test sends it as soon as it hears.
  if (argv[0] === "finish") {
    setInterval(() => {}, 1_000);
    process.on("SIGTERM", () => process.exit(42));
  }
  console.log(JSON.stringify({ version: process.version, argv, pid: process.pid }));
  if (argv[0] === "exit") process.exitCode = Number(argv[1]);
  if (argv[0] === "throw") throw new Error("a defect");
  if (argv[0] === "wait") setInterval(() => {}, 1_000);
}`;

const folders: string[] = [];
const oldNode = findOldNode();
const withoutOldNode = "no Node older than 24 on the PATH to try it with";

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

describe("which Node runs the command", () => {
  it.each(["v24.0.0", "v24.21.0", "v26.1.0"])("%s runs it itself", (version) => {
    expect(bin.decide({ version, bundledNode: "/x/node" })).toEqual({ action: "import" });
    expect(bin.decide({ version, bundledNode: null })).toEqual({ action: "import" });
  });

  it.each(["v12.22.0", "v20.20.2", "v23.11.0"])("%s starts the bundled Node", (version) => {
    expect(bin.decide({ version, bundledNode: "/x/node" })).toEqual({ action: "spawn", node: "/x/node" });
  });

  it("is refused in two lines, what is wrong and what to do, when there is none", () => {
    const { action, lines } = bin.decide({ version: "v20.20.2", bundledNode: null });
    expect(action).toBe("refuse");
    expect(lines).toEqual([
      "error: Hopper needs Node 24 or newer; this is v20.20.2 and no bundled Node was found",
      expect.stringMatching(/^fix: npm install {4}\(/),
    ]);
  });

  it("is refused when the bundled Node is itself too old (it is started once, never in a circle)", () => {
    expect(bin.decide({ version: "v20.20.2", bundledNode: "/x/node", isChild: true }).action).toBe("refuse");
  });

  it("finds the Node that the install brought, and none in an empty folder", () => {
    const found = bin.findBundledNode(ROOT);
    expect(spawnSync(found ?? "absent", ["--version"], { encoding: "utf8" }).stdout).toMatch(/^v24\./);
    expect(bin.findBundledNode(project({ bundled: false }))).toBeNull();
  });

  it("keeps compiled code in a folder of the user's own, or where NODE_COMPILE_CACHE says", () => {
    expect(bin.compileCacheDir({ NODE_COMPILE_CACHE: "/c" })).toBe("/c");
    expect(bin.compileCacheDir({})).toMatch(/hopper.compile-cache$/);
  });
});

describe("the command that is started", () => {
  const newer = (file: string): void => {
    const soon = new Date(Date.now() + 60_000);
    utimesSync(file, soon, soon);
  };

  it("is the built one in the package, which has no sources", () => {
    const folder = project({ bundled: false });
    rmSync(join(folder, "cli"), { recursive: true });
    expect(bin.findCli(folder)).toBe(join(folder, "dist", "cli", "main.js"));
  });

  it("is in a clone the built one while no source, no folder of sources and no manifest is newer", () => {
    const folder = project({ bundled: false });
    const [source, built] = [join(folder, "cli", "main.ts"), join(folder, "dist", "cli", "main.js")];
    expect(bin.findCli(folder)).toBe(source);
    mkdirSync(dirname(built), { recursive: true });
    writeFileSync(built, FAKE_CLI);
    newer(built);
    expect(bin.findCli(folder)).toBe(built);
    for (const changed of [source, join(folder, "cli"), join(folder, "package.json")]) {
      const before = statSync(changed);
      utimesSync(changed, new Date(Date.now() + 120_000), new Date(Date.now() + 120_000));
      expect(bin.findCli(folder)).toBe(source);
      utimesSync(changed, before.atime, before.mtime);
      expect(bin.findCli(folder)).toBe(built);
    }
  });
});

describe("the command under Node 24", () => {
  it("runs the CLI in its own process, with the arguments as they were", async () => {
    const { first, pid, code } = await run(process.execPath, ["exit", "7", "--x", "a b"]);
    expect(first).toEqual({ version: process.version, argv: ["exit", "7", "--x", "a b"], pid });
    expect(code).toBe(7);
  });

  it("exits 1 with the stack when the CLI has a defect", () => {
    const { status, stderr } = spawnSync(process.execPath, [command(), "throw"], { encoding: "utf8" });
    expect(stderr).toContain("Error: a defect");
    expect(status).toBe(1);
  });
});

describe.skipIf(oldNode === null)(
  `the command under an older Node${oldNode === null ? ` (${withoutOldNode})` : ""}`,
  () => {
    const node = oldNode ?? "";

    it("is refused with exit 69 and the fix when no Node 24 is bundled", () => {
      const { status, stderr, stdout } = spawnSync(node, [command({ bundled: false })], { encoding: "utf8" });
      expect(stderr).toMatch(
        /^error: Hopper needs Node 24 or newer; this is v\d.*\nfix: npm install {4}\(.*\)\n$/,
      );
      expect(stdout).toBe("");
      expect(status).toBe(69);
    });

    it("runs under the bundled Node with the same arguments and exit code", async () => {
      const { first, pid, code } = await run(node, ["exit", "7", "--x", "a b"]);
      expect(first).toMatchObject({
        argv: ["exit", "7", "--x", "a b"],
        version: expect.stringMatching(/^v24\./) as string,
      });
      expect(first.pid).not.toBe(pid);
      expect(code).toBe(7);
    });

    it("passes SIGTERM on and exits as the CLI decides", async () => {
      expect(await run(node, ["finish"], "SIGTERM")).toMatchObject({ code: 42, signal: null });
    });

    it.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)("dies of %s when the CLI does", async (signal) => {
      expect(await run(node, ["wait"], signal)).toMatchObject({ code: null, signal });
    });

    it("takes the runtime with it when it is killed with kill -9", async () => {
      const { first } = await run(node, ["wait"], "SIGKILL");
      await expect.poll(() => isAlive(first.pid), { timeout: 5_000 }).toBe(false);
    });
  },
);

/** Runs the fake CLI; sends `signal`, if any, once it has spoken. */
async function run(node: string, args: string[], signal?: NodeJS.Signals) {
  const child = spawn(node, [command(), ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  if (signal !== undefined) child.kill(signal);
  const [code, endSignal] = await ended;
  const first = JSON.parse(line.toString()) as { version: string; argv: string[]; pid: number };
  return { first, pid: child.pid, code, signal: endSignal };
}

/** The path of the command in a project of its own. */
function command(options = { bundled: true }): string {
  return join(project(options), "bin", "hopper.cjs");
}

function project({ bundled }: { bundled: boolean }): string {
  const folder = mkdtempSync(join(tmpdir(), "hopper-bin-"));
  folders.push(folder);
  mkdirSync(join(folder, "bin"));
  mkdirSync(join(folder, "cli"));
  copyFileSync(BIN, join(folder, "bin", "hopper.cjs"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "cli", "main.ts"), FAKE_CLI);
  if (bundled) symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  return folder;
}

function isAlive(pid: number): boolean {
  // A dead process that nobody has waited for yet still takes signals; it does not run any more.
  const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" });
  return stdout.trim() !== "" && !stdout.trim().startsWith("Z");
}

function findOldNode(): string | null {
  const candidates = (process.env["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => !folder.includes(`node_modules${sep}`))
    .map((folder) => join(folder, "node"))
    .filter((file) => existsSync(file));
  const isOld = (file: string): boolean => {
    const { stdout } = spawnSync(file, ["--version"], { encoding: "utf8" });
    return Number(/^v(\d+)/.exec(stdout)?.[1] ?? 24) < 24;
  };
  return candidates.find(isOld) ?? null;
}
