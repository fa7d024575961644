import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { temporaryFolder } from "./support/fake.ts";
import { realCommand } from "./support/real.ts";

describe("a mistake", () => {
  const folder = temporaryFolder();
  const hopper = realCommand(folder);
  const events = async (): Promise<string> => (await hopper("events", "-o", "jsonl")).out;

  beforeAll(async () => {
    await hopper("instance", "create", "global", "--scope", "global", "--start");
    await hopper("instance", "create", "webapp", "--scope", "project", "--parent", "global", "--start");
    await hopper(
      "instance",
      "create",
      "worker-1",
      "--scope",
      "orchestration",
      "--parent",
      "webapp",
      "--start",
    );
    await hopper("instance", "create", "worker-2", "--scope", "orchestration", "--parent", "webapp");
    await hopper("task", "add", "done", "--instance", "worker-1");
    await hopper("task", "complete", "T-1");
    await hopper("task", "add", "open", "--instance", "global", "--no-route");
  });

  it.each<[number, string[]]>([
    [2, ["instance", "create", "x"]],
    [2, ["instance", "create", "x", "--scope", "galaxy"]],
    [2, ["instance", "create", "", "--scope", "global"]],
    [2, ["instance", "create", "T-7", "--scope", "global"]],
    [2, ["instance", "create", "a/b", "--scope", "global"]],
    [2, ["instance", "create", "x".repeat(129), "--scope", "global"]],
    [2, ["instance", "create", "x", "--scope", "global", "--config", "{"]],
    [2, ["instance", "create", "x", "--scope", "global", "--config", '{"max_concurrent_tasks": -1}']],
    [2, ["instance", "create", "x", "--scope", "orchestration", "--parent", "global"]],
    [3, ["instance", "create", "x", "--scope", "project", "--parent", "nobody"]],
    [4, ["instance", "create", "webapp", "--scope", "project"]],
    [3, ["instance", "show", "web"]],
    [3, ["instance", "start", "T-1"]],
    [4, ["instance", "start", "webapp"]],
    [4, ["instance", "resume", "webapp"]],
    [4, ["instance", "recover", "webapp"]],
    [4, ["instance", "terminate", "webapp"]],
    [2, ["instance", "list", "--status", "asleep"]],
    [2, ["instance", "list", "--limit", "0"]],
    [2, ["instance", "list", "--cursor", "nonsense"]],
    [3, ["task", "add", "x", "--instance", "nobody"]],
    [3, ["task", "add", "x", "--depends-on", "T-99"]],
    [2, ["task", "add", ""]],
    [2, ["task", "add", "x".repeat(513)]],
    [2, ["task", "add", "x", "--priority", "whenever"]],
    [2, ["task", "add", "x", "-t", "y".repeat(65)]],
    [3, ["task", "show", "T-99"]],
    [3, ["task", "show", "nonsense"]],
    [4, ["task", "complete", "T-1", "--result", '"other"']],
    [4, ["task", "cancel", "T-1"]],
    [4, ["task", "retry", "T-2"]],
    [2, ["task", "status", "T-2", "finished"]],
    [2, ["task", "delegate", "T-2", "--to", "worker-1"]],
    [2, ["task", "delegate", "T-2", "--to", "global"]],
    [2, ["task", "delegate", "T-2", "--to", "webapp", "--type", "sideways"]],
    [4, ["task", "assign", "T-2", "--to", "webapp"]],
    [3, ["delegation", "accept", "D-9"]],
    [2, ["delegation", "reject", "D-9"]],
    [2, ["events", "--since", "nonsense"]],
    [2, ["route", "test", ""]],
    [2, ["run", "missing.plan.yaml"]],
    [2, ["instance", "list", "--config", "missing.yaml"]],
  ])("exits %i: %j", async (code, argv) => {
    const before = await events();
    const ran = await hopper(...argv);
    expect({ code: ran.code, out: ran.out }).toEqual({ code, out: "" });
    expect(ran.err).toMatch(/^error: \S/);
    expect(ran.err).toMatch(/^fix: \S/m);
    expect(ran.err).not.toMatch(/^\s+at /m);
    const json = await hopper(...argv, "--json");
    expect({ code: json.code, out: json.out }).toEqual({ code, out: "" });
    expect(JSON.parse(json.err)).toMatchObject({
      type: expect.any(String) as string,
      title: expect.any(String) as string,
      status: expect.any(Number) as number,
      code: expect.any(String) as string,
      detail: expect.any(String) as string,
    });
    expect(await events()).toBe(before);
  });

  it("in the configuration exits 8, with its place", async () => {
    writeFileSync(join(folder, "bad.yaml"), "tasks:\n  max_atempts: 3\n");
    const ran = await hopper("instance", "list", "--config", "bad.yaml");
    expect(ran.code).toBe(8);
    expect(ran.err).toMatch(/bad\.yaml:2:3/);
  });

  it("in the configuration says what to edit, by file and key, and where each further mistake stands", async () => {
    const file = join(folder, "bad.yaml");
    writeFileSync(file, "tasks:\n  max_attempts: 0\nstor: x\n");
    const ran = await hopper("instance", "list", "--config", "bad.yaml");
    expect(ran.err).toBe(
      `error: ${file}:3:1: stor is not a known field; did you mean store? (and 1 more)\n` +
        `       ${file}:2:3: tasks.max_attempts is the number 0; a whole number from 1 to 1000 is accepted\n` +
        `fix: edit ${file}, line 3: rename stor to store\n`,
    );
  });

  it("names the nearest", async () => {
    const ran = await hopper("instance", "show", "webap");
    expect(ran.err).toContain("webapp");
    expect(ran.err).toContain("fix: hopper instance show webapp\n");
  });

  it("leaves a store in which every rule holds", async () => {
    expect((await hopper("doctor")).code).toBe(0);
  });
});
