import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { createHopper } from "../src/index.ts";
import type { EventView } from "../src/views/views.ts";
import { namesIn, stepLines, unaccounted } from "./support/plan-journal.ts";

/** The example plans through the real command, on a pipe: what `npm start` and `hopper demo` show. */

const ROOT = dirname(import.meta.dirname);
const BIN = join(ROOT, "bin", "hopper.cjs");
const folder = mkdtempSync(join(tmpdir(), "hopper-examples-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function hopper(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [BIN, ...args], { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += String(chunk)));
  child.stderr.on("data", (chunk: Buffer) => (stderr += String(chunk)));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout, stderr };
}

/** Lines of the output that no event of the store's journal accounts for. */
async function strayLines(data: string, stdout: string): Promise<string[]> {
  await using library = await createHopper({ store: `sqlite:${join(data, "hopper.db")}` });
  const journal: EventView[] = [];
  for await (const event of library.events({ since: "0" })) journal.push(event);
  return unaccounted(stepLines(stdout), journal, await namesIn(library));
}

describe.each([
  ["hello", 4, 20],
  // The checks of this repository themselves: red here means that one of them is red.
  ["self-check", 11, 60],
])("examples/%s.plan.yaml", (name, tasks, lines) => {
  it(
    "does all its tasks, and prints nothing that the journal does not account for",
    { timeout: 180_000 },
    async () => {
      const data = join(folder, name);
      const { code, stdout, stderr } = await hopper(
        "run",
        join(ROOT, "examples", `${name}.plan.yaml`),
        "--data",
        data,
      );
      expect({ code, stderr, stdout }).toEqual({
        code: 0,
        stderr: "",
        stdout: expect.stringMatching(new RegExp(`\n${tasks} done, 0 failed in [\\d.]+ s\n$`)),
      });
      expect(stepLines(stdout).length).toBeGreaterThan(lines);
      expect(await strayLines(data, stdout)).toEqual([]);
    },
  );

  it("says in a dry run where each task would go", async () => {
    const { code, stdout } = await hopper(
      "run",
      join(ROOT, "examples", `${name}.plan.yaml`),
      "--dry-run",
      "--json",
    );
    expect(code).toBe(0);
    expect(
      (JSON.parse(stdout) as { tasks: { ends: string }[] }).tasks.map(({ ends }) => ends.split(" ")[0]),
    ).toEqual(Array.from({ length: tasks }, () => "queued"));
  });
});
