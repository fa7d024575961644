import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { main } from "../../cli/main.ts";
import { imageAfter, newImage } from "../../store/dialects/sqlite/image.ts";
import { STEPS } from "../../store/migrations/index.ts";
import { temporaryFolder } from "./support/fake.ts";
import { realCommand } from "./support/real.ts";

/** The command line in this process against the real library: what the fake cannot show, and what coverage must see. */
async function hopper(...argv: string[]): Promise<{ out: string; code: unknown }> {
  let out = "";
  vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
    out += String(chunk);
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation(() => true);
  await main(argv);
  return { out, code: process.exitCode };
}

describe("the library behind the command line", () => {
  afterEach(() => {
    vi.restoreAllMocks();
    process.exitCode = undefined;
  });

  it("keeps what one command did for the next", async () => {
    const data = join(temporaryFolder(), "data");
    expect(
      await hopper("instance", "create", "global", "--scope", "global", "--start", "--data", data),
    ).toEqual({
      out: "global (GLOBAL) [running]\n",
      code: 0,
    });
    expect((await hopper("instance", "tree", "--data", data)).out).toBe("global (GLOBAL) [running]\n");
    expect((await hopper("task", "add", "x", "--data", data)).out).toBe(
      `T-1 x\nheld at global: no_route\n  nobody below global can take it: hopper task explain T-1 --data ${data}\n`,
    );
    expect((await hopper("task", "wait", "T-1", "--timeout", "300ms", "--data", data)).code).toBe(6);
    expect((await hopper("task", "complete", "T-1", "--data", data)).out).toBe("T-1 done\n");
    expect((await hopper("doctor", "--data", data)).code).toBe(0);
  });

  it("says that it brings a file of an older version up to date, once", async () => {
    const data = temporaryFolder();
    const path = join(data, "hopper.db");
    const facts = { id: "8d7f0f5e-2d34-4c5b-9a39-5d3f1f9e2a11", createdAt: 1, program: "hopper 0" };
    writeFileSync(path, newImage(facts, "wal", imageAfter(STEPS.slice(0, 3))));
    const command = realCommand(data);
    const empty = `no tasks; add one: hopper task add 'What is to be done' --data ${data}\n`;
    const note = `note: ${path} (1 MiB) is of an older Hopper and brought up to date; as it was, it is kept in ${path}.backup-3\n`;
    expect(await command("task", "list", "--data", data)).toMatchObject({ code: 0, err: note + empty });
    expect(await command("task", "list", "--data", data)).toMatchObject({ code: 0, err: empty });
  });

  it("runs the demo", async () => {
    const ran = await hopper("demo", "--once");
    expect(ran.code).toBe(0);
  });

  it("refuses a plan that is not there with exit 2", async () => {
    expect((await hopper("run", "/missing.plan.yaml", "--temp")).code).toBe(2);
  });
});
