import { spawn } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const LIBRARY = join(import.meta.dirname, "..", "..", "src", "index.ts");

/** A program that does one thing with a task under way at `build`, and nothing else keeps its process alive. */
function program(body: string): string {
  return `
    import { createHopper } from ${JSON.stringify(LIBRARY)};
    const hopper = await createHopper({ store: "sqlite::memory:" });
    const start = true;
    await hopper.instances.create({ name: "global", scope: "GLOBAL", start });
    await hopper.instances.create({ name: "build", scope: "PROJECT", parentId: "global", start });
    await hopper.tasks.add({ title: "long", instanceId: "build", settleMs: 1_000 });
    await hopper.instances.claim("build", { workerId: "w" });
    const later = (ms, run) => setTimeout(run, ms).unref();
    const say = (what) => process.stdout.write(what + "\\n");
    ${body}
  `;
}

/** What the program prints and ends with; one that stays is ended after ten seconds. */
async function runs(body: string): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, ["--input-type=module-typescript", "--eval", program(body)], {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 10_000,
    killSignal: "SIGKILL",
  });
  const ended = { code: null as number | null, out: "", err: "" };
  child.stdout.on("data", (chunk) => (ended.out += String(chunk)));
  child.stderr.on("data", (chunk) => (ended.err += String(chunk)));
  return await new Promise((resolve) => {
    child.once("close", (code) => resolve({ ...ended, code }));
  });
}

const WAITS: [name: string, wait: string][] = [
  ["tasks.wait", `hopper.tasks.wait("T-1")`],
  ["events that follow", `(async () => { for await (const _ of hopper.events({ follow: true })); })()`],
  ["instances.claim", `hopper.instances.claim("build", { workerId: "v", waitSeconds: 50 })`],
  ["instances.stop", `hopper.instances.stop("build")`],
  ["instances.restart", `hopper.instances.restart("build")`],
];

describe.concurrent("a process that only waits", () => {
  it.each(WAITS)("stays for %s, and ends once that has ended", async (_name, wait) => {
    const ended = await runs(`
      later(300, () => void hopper.close());
      await ${wait}.catch((error) => say(error.code));
    `);
    expect(ended).toEqual({ code: 0, out: "draining\n", err: "" });
  });

  it("ends by itself when nobody waits, although its Hopper is open", async () => {
    expect(await runs(`await hopper.settle(); say("done");`)).toEqual({ code: 0, out: "done\n", err: "" });
  });

  it("outlives an async listener that fails, which is logged once", async () => {
    const { code, out, err } = await runs(`
      hopper.on("task.created", async () => { throw new Error("my own fault"); });
      await hopper.tasks.add({ title: "next", instanceId: "build", settleMs: 1_000 });
      await hopper.settle();
      say("went on");
      await hopper.close();
    `);
    expect({ code, out }).toEqual({ code: 0, out: "went on\n" });
    expect(err.split("my own fault")).toHaveLength(2);
    expect(err).toContain("task.created");
  });
});
