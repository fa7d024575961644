import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  describeFailure,
  ShellStartError,
  startShell,
  type GatedShell,
  type ShellResult,
} from "../../../src/workers/shell.ts";
import { exitInWords } from "../../../src/contracts/exit-in-words.ts";
import { isGroupAlive, processTable } from "../../../src/workers/process-table.ts";
import { fifo, firstLine } from "../../support/named-pipe.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hopper-shell-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function start(run: string, env: Record<string, string> = {}): Promise<GatedShell> {
  return startShell({ run, cwd: folder, env: { PATH: process.env["PATH"] ?? "", ...env } });
}

async function run(command: string, options: { timeoutMs?: number } = {}): Promise<ShellResult> {
  return (await start(command)).run(options);
}

describe("a command", () => {
  it("gives its exit code, its output and how long it took", async () => {
    const result = await run("echo out; echo err >&2; exit 3");
    expect(result).toMatchObject({
      exit_code: 3,
      signal: null,
      timed_out: false,
      stdout_tail: "out\n",
      stderr_tail: "err\n",
    });
    expect(result.duration_ms).toBeGreaterThanOrEqual(0);
    expect(result).not.toHaveProperty("json");
  });

  it("gives the last line of its output as JSON, if it is JSON", async () => {
    expect(await run(`echo hello; echo '{"files": 3}'; echo`)).toMatchObject({ json: { files: 3 } });
  });

  it("runs in its folder, with exactly the variables it was given", async () => {
    const shell = await start("env | sort; pwd", { ANSWER: "42" });
    const { stdout_tail } = await shell.run();
    const names = stdout_tail.split("\n").map((line) => line.split("=")[0]);
    // PWD is the shell's own.
    expect(names).toEqual(["ANSWER", "PATH", "PWD", folder, ""]);
  });

  it("reads from nothing", async () => {
    expect(await run("cat; echo read")).toMatchObject({ stdout_tail: "read\n" });
  });

  it("reaches the shell whole, whatever stands in it", async () => {
    const text = `printf '%s\n' "it's \\"x\\"" '$HOME' \`echo y\``;
    expect(await run(text)).toMatchObject({ stdout_tail: `it's "x"\n$HOME\ny\n` });
  });

  it("tells the signal that ended it", async () => {
    const result = await run("kill -9 $$");
    expect(result).toMatchObject({ exit_code: null, signal: "SIGKILL" });
    expect(exitInWords(result)).toBe("ended by SIGKILL");
  });

  it("is refused when its folder does not exist", async () => {
    const cwd = join(folder, "nowhere");
    await expect(startShell({ run: "true", cwd, env: {} })).rejects.toThrow(ShellStartError);
    await expect(startShell({ run: "true", cwd, env: {} })).rejects.toThrow(`${cwd} does not exist`);
  });

  it("is refused when the system cannot start it", async () => {
    const env = { TOO_LONG: "x".repeat(4_000_000) };
    await expect(startShell({ run: "true", cwd: folder, env })).rejects.toThrow(/E2BIG/);
  });
});

describe("the gate", () => {
  it("keeps the command from running until it is told to go", async () => {
    const shell = await start(`echo ran > ${folder}/ran`);
    const entry = processTable().read(shell.mark.pid);
    expect(entry).toMatchObject({ group: shell.mark.pid, startedAt: shell.mark.startedAt, ended: false });
    expect(existsSync(join(folder, "ran"))).toBe(false);
    await shell.run();
    expect(existsSync(join(folder, "ran"))).toBe(true);
  });

  it("stays shut when it is stopped: nothing ever runs", async () => {
    const shell = await start(`echo ran > ${folder}/ran`);
    await shell.stop();
    await shell.stop();
    expect(isGroupAlive(shell.mark.pid)).toBe(false);
    expect(existsSync(join(folder, "ran"))).toBe(false);
  });

  it("stays shut when the runner is killed: nothing runs, and no process is left", async () => {
    const runner = join(folder, "runner.mjs");
    const shellModule = join(import.meta.dirname, "../../../src/workers/shell.ts");
    writeFileSync(
      runner,
      `import { startShell } from ${JSON.stringify(shellModule)};
       const run = "echo ran > ${folder}/ran";
       const { mark } = await startShell({ run, cwd: ${JSON.stringify(folder)}, env: {} });
       console.log(mark.pid);
       setInterval(() => {}, 1000);`,
    );
    const child = spawn(process.execPath, [runner], { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = (await once(createInterface(child.stdout), "line")) as [string];
    const group = Number(line);
    expect(isGroupAlive(group)).toBe(true);
    child.kill("SIGKILL");
    await once(child, "exit");
    await expect.poll(() => isGroupAlive(group), { timeout: 10_000, interval: 5 }).toBe(false);
    expect(existsSync(join(folder, "ran"))).toBe(false);
  });
});

describe("the end of a command", () => {
  it("comes by SIGTERM when its time is over, for everything it has started", async () => {
    const result = await run("sleep 1000 & sleep 1001; echo never", { timeoutMs: 50 });
    expect(result).toMatchObject({ exit_code: null, signal: "SIGTERM", timed_out: true, stdout_tail: "" });
    expect(describeFailure(result)).toMatch(/^timed out after \d+\.\d s$/);
  });

  it("comes by SIGKILL for what does not heed SIGTERM", async () => {
    const ready = fifo(folder, "ready");
    const shell = await start(`trap '' TERM; echo ready > ${ready}; while :; do sleep 0.1; done`);
    const ended = shell.run();
    await firstLine(ready);
    const before = performance.now();
    await shell.stop();
    expect(performance.now() - before).toBeGreaterThan(4_000);
    expect(await ended).toMatchObject({ signal: "SIGKILL" });
  });

  it("ends what it has left behind in its group", async () => {
    const result = await run("sleep 1000 & echo $!");
    expect(result).toMatchObject({ exit_code: 0 });
    const entry = processTable().read(Number(result.stdout_tail));
    expect(entry === null || entry.ended).toBe(true);
  });

  it("does not wait for a process that left the group and holds on to the output", async () => {
    const result = await run("setsid sleep 1000 & echo $!");
    expect(result).toMatchObject({ exit_code: 0 });
    const daemon = Number(result.stdout_tail);
    process.kill(daemon);
  });

  it("can be asked for while it runs", async () => {
    const ready = fifo(folder, "ready");
    const shell = await start(`echo ready > ${ready}; exec sleep 1000`);
    const ended = shell.run();
    expect(await firstLine(ready)).toBe("ready");
    await shell.stop();
    expect(await ended).toMatchObject({ exit_code: null, signal: "SIGTERM", timed_out: false });
    expect(isGroupAlive(shell.mark.pid)).toBe(false);
  });

  it("loses nothing of the output written just before it", async () => {
    const result = await run("head -c 300000 /dev/zero | tr '\\0' x; echo; echo end");
    expect(result.stdout_tail.endsWith("x\nend\n")).toBe(true);
    expect(Buffer.byteLength(result.stdout_tail)).toBe(16_384);
  });
});

describe("a failed command in words", () => {
  const result = {
    exit_code: 1,
    signal: null,
    duration_ms: 1,
    timed_out: false,
    stdout_tail: "",
    stderr_tail: "",
  };

  it("names the exit code and the last line of its errors, else of its output", () => {
    expect(describeFailure(result)).toBe("exit 1");
    expect(describeFailure({ ...result, stdout_tail: "one\ntwo\n\n" })).toBe("exit 1: two");
    expect(describeFailure({ ...result, stdout_tail: "out", stderr_tail: "\u001B[31mbad\u001B[0m\n" })).toBe(
      "exit 1: bad",
    );
    expect(describeFailure({ ...result, exit_code: null })).toBe("ended by a signal");
  });
});
