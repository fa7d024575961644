import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { main } from "../../cli/main.ts";
import { temporaryFolder } from "./support/fake.ts";

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
    expect((await hopper("task", "add", "x", "--data", data)).out).toBe("T-1 x\nheld at global: no_route\n");
    expect((await hopper("task", "wait", "T-1", "--timeout", "300ms", "--data", data)).code).toBe(6);
    expect((await hopper("task", "complete", "T-1", "--data", data)).out).toBe("T-1 done\n");
    expect((await hopper("doctor", "--data", data)).code).toBe(0);
  });

  it("runs the demo", async () => {
    const ran = await hopper("demo", "--once");
    expect(ran.code).toBe(0);
  });

  it("refuses a plan that is not there with exit 2", async () => {
    expect((await hopper("run", "/missing.plan.yaml", "--temp")).code).toBe(2);
  });
});
