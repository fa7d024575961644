import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { main, processIo } from "../../cli/main.ts";

/** What the process writes while the line runs. */
async function written(argv: string[]): Promise<{ out: string; err: string; code: unknown }> {
  const text = { out: "", err: "" };
  vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
    text.out += String(chunk);
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation((chunk) => {
    text.err += String(chunk);
    return true;
  });
  await main(argv);
  const code = process.exitCode;
  process.exitCode = undefined;
  return { ...text, code };
}

describe("the process", () => {
  afterEach(() => {
    vi.restoreAllMocks();
    process.exitCode = undefined;
  });

  it("writes to its own streams and sets its exit code", async () => {
    expect(await written(["--version"])).toMatchObject({
      out: expect.stringMatching(/^\d/) as string,
      code: 0,
    });
    expect(await written(["frobnicate"])).toMatchObject({ out: "", code: 2 });
    expect((await written(["instance", "list", "--data", "/nowhere/at/all"])).code).toBe(3);
  });

  it("leaves no listeners for signals behind", async () => {
    const before = process.listenerCount("SIGINT");
    await written(["--help"]);
    expect(process.listenerCount("SIGINT")).toBe(before);
    expect(process.listenerCount("SIGTERM")).toBe(process.listenerCount("SIGTERM"));
  });

  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("ends a command in order at %s", async (signal) => {
    const data = mkdtempSync(join(tmpdir(), "hopper-signal-"));
    expect((await written(["task", "add", "Later", "--data", data])).code).toBe(0);
    const [before, others] = [process.listenerCount(signal), process.listenerCount("SIGINT")];
    const ended = written(["task", "wait", "T-1", "--data", data]);
    while (process.listenerCount("SIGINT") === others) await new Promise(setImmediate);
    const isHeard = process.listenerCount(signal) > before;
    process.emit(isHeard ? signal : "SIGINT");
    expect([isHeard, (await ended).code]).toEqual([true, 130]);
    expect(process.listenerCount(signal)).toBe(before);
  });

  it("sleeps until the time is over, or until it is interrupted", async () => {
    const stop = new AbortController();
    const io = processIo(stop.signal);
    const from = io.now();
    await io.sleep(5);
    expect(io.now()).toBeGreaterThan(from);
    const long = io.sleep(60_000);
    stop.abort();
    await long;
    expect(io.now() - from).toBeLessThan(30_000);
  });

  it("says what its streams are", () => {
    const { stdout } = processIo(new AbortController().signal);
    expect([stdout.isTTY, stdout.columns, stdout.rows, stdout.closed]).toEqual([
      process.stdout.isTTY,
      process.stdout.columns,
      process.stdout.rows,
      false,
    ]);
  });

  const failure = (code: string) => Object.assign(new Error(`write ${code}`), { code });

  it("is deaf to a reader that has gone", async () => {
    await written(["--help"]);
    const said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    said.mockClear();
    process.stdout.emit("error", failure("EPIPE"));
    expect([said.mock.calls, process.exitCode]).toEqual([[], undefined]);
  });

  it("says once what else is wrong with its output, and fails", async () => {
    await written(["--help"]);
    const said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    said.mockClear();
    process.stdout.emit("error", failure("ENOSPC"));
    process.stdout.emit("error", failure("ENOSPC"));
    expect(said.mock.calls).toEqual([["error: the output cannot be written (ENOSPC)\nfix: df .\n"]]);
    expect(process.exitCode).toBe(5);
  });
});
