import { existsSync, statSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { command, shell, started } from "./support/binary.ts";
import type { Finished } from "./support/binary.ts";
import { temporaryFolder } from "./support/fake.ts";

/** The reference guide's "Example: Full Workflow", word for word, through the real command in an empty folder. */
describe.each([
  ["ids", "--json"],
  ["names", "-o name"],
])("the guide's full workflow with %s", (_what, form) => {
  const folder = temporaryFolder();
  const run = (line: string): Finished => shell(folder, line);
  const printed = (line: string): string => {
    const { code, out, err } = run(line);
    expect({ line, code, err }).toEqual({ line, code: 0, err: "" });
    return out;
  };
  const ids: Record<string, string> = {};
  const refer = (name: string): void => {
    const shown = printed(`hopper instance show ${name} ${form}`).trim();
    ids[name] = form === "--json" ? (JSON.parse(shown) as { id: string }).id : shown;
  };
  let task = "";

  it("1. creates the hierarchy", () => {
    expect(printed('hopper instance create "global" --scope global')).toBe("global (GLOBAL) [created]\n");
    refer("global");
    expect(printed(`hopper instance create "webapp" --scope project --parent ${ids["global"]}`)).toBe(
      "webapp (PROJECT) [created]\n",
    );
    refer("webapp");
    expect(printed(`hopper instance create "worker-1" --scope orchestration --parent ${ids["webapp"]}`)).toBe(
      "worker-1 (ORCHESTRATION) [created]\n",
    );
    refer("worker-1");
    expect(statSync(join(folder, ".hopper")).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, ".hopper", "hopper.db")).mode & 0o777).toBe(0o600);
  });

  it("2. starts the instances", () => {
    expect(printed(`hopper instance start ${ids["global"]}`)).toBe("global (GLOBAL) [running]\n");
    expect(printed(`hopper instance start ${ids["webapp"]}`)).toBe("webapp (PROJECT) [running]\n");
    expect(printed(`hopper instance start ${ids["worker-1"]}`)).toBe("worker-1 (ORCHESTRATION) [running]\n");
  });

  it("3. creates a task at the global level", () => {
    const out = printed(
      `hopper task add "Build login page" -t frontend -t react --instance ${ids["global"]}`,
    );
    expect(out).toBe(
      [
        "T-1 Build login page",
        "1. global → webapp (route) [accepted]",
        "2. webapp → worker-1 (route) [accepted]",
        "queued at worker-1",
        "",
      ].join("\n"),
    );
    task = form === "--json" ? printed("hopper task list --quiet").trim() : "T-1";
  });

  it("4. watches it flow down", () => {
    expect(printed("hopper instance tree")).toBe(
      [
        "global (GLOBAL) [running]",
        "└── webapp (PROJECT) [running]",
        "    └── worker-1 (ORCHESTRATION) [running] - 1 task",
        "",
      ].join("\n"),
    );
  });

  it("5. checks the delegation chain", () => {
    expect(printed(`hopper task delegations ${task}`)).toBe(
      "1. global → webapp (route) [accepted]\n2. webapp → worker-1 (route) [accepted]\n",
    );
  });

  it("6. completes the task", () => {
    expect(printed(`hopper task status ${task} completed`)).toBe("T-1 done\n");
  });

  it("7. verifies that the completion bubbled", () => {
    expect(printed(`hopper task delegations ${task}`)).toBe(
      "1. global → webapp (route) [completed]\n2. webapp → worker-1 (route) [completed]\n",
    );
    expect(printed("hopper instance tree")).toContain("(ORCHESTRATION) [running]\n");
  });

  it("leaves a store in which every rule holds", () => {
    expect(printed("hopper doctor")).toMatch(/all hold\n$/);
  });
});

describe("the guide's other commands", () => {
  const folder = temporaryFolder();
  const hopper = command(folder);

  beforeAll(() => {
    hopper("instance", "create", "global-hopper", "--scope", "global", "--start");
    hopper(
      "instance",
      "create",
      "webapp-project",
      "--scope",
      "project",
      "--parent",
      "global-hopper",
      "--start",
    );
    hopper(
      "instance",
      "create",
      "webapp-worker-1",
      "--scope",
      "orchestration",
      "--parent",
      "webapp-project",
      "--start",
    );
  });

  it("create with configuration", () => {
    const config = '{"capabilities": ["python"]}';
    const words = ["instance", "create", "my-project", "--scope", "project", "--parent", "global-hopper"];
    const created = hopper(...words, "--config", config);
    expect(created).toEqual({ code: 0, out: "my-project (PROJECT) [created]\n", err: "" });
    expect(hopper("instance", "show", "my-project").out).toContain(
      'config       {"capabilities":["python"]}',
    );
  });

  it("list with filters", () => {
    expect(hopper("instance", "list", "--scope", "project", "-o", "name").out).toBe(
      "webapp-project\nmy-project\n",
    );
    expect(hopper("instance", "list", "--status", "running", "-o", "name").out).toBe(
      "global-hopper\nwebapp-project\nwebapp-worker-1\n",
    );
  });

  it("drive the lifecycle", () => {
    const states = ["pause", "resume", "stop", "start"].map(
      (verb) => hopper("instance", verb, "webapp-worker-1").out,
    );
    expect(states).toEqual(
      ["paused", "running", "stopped", "running"].map(
        (state) => `webapp-worker-1 (ORCHESTRATION) [${state}]\n`,
      ),
    );
  });

  it("add at every level, delegate by hand, accept and reject", () => {
    expect(hopper("task", "add", "Run tests", "--instance", "webapp-worker-1").out).toMatch(
      /^T-1 Run tests\nqueued at webapp-worker-1\n$/,
    );
    expect(hopper("task", "add", "Fix login bug", "--instance", "webapp-project", "--no-route").out).toBe(
      "T-2 Fix login bug\nheld at webapp-project: manual\n",
    );
    expect(hopper("task", "delegations", "T-2")).toEqual({ code: 0, out: "", err: "" });
    expect(hopper("task", "delegate", "T-2", "--to", "webapp-worker-1").out).toBe(
      "D-1 webapp-project → webapp-worker-1 (route) [pending]\n",
    );
    expect(hopper("delegation", "reject", "D-1", "--reason", "Instance at capacity").out).toBe(
      "D-1 webapp-project → webapp-worker-1 (route) [rejected]\n",
    );
    expect(hopper("task", "delegations", "T-2", "-o", "wide").out).toBe(
      "1. webapp-project → webapp-worker-1 (route) [rejected] declined: Instance at capacity\n",
    );
    expect(hopper("task", "delegate", "T-2", "--to", "webapp-worker-1").code).toBe(0);
    expect(hopper("delegation", "accept", "D-2").out).toBe(
      "D-2 webapp-project → webapp-worker-1 (route) [accepted]\n",
    );
    expect(hopper("delegation", "list", "-o", "name").out.trim().split("\n").sort()).toEqual(["D-1", "D-2"]);
  });

  it("say how everything is, and why", () => {
    expect(hopper("instance", "status").out).toMatch(
      /^Hopper Instance Status\nGlobal: global-hopper \[running\]\n/,
    );
    expect(hopper("task", "explain", "T-2").code).toBe(0);
    expect(hopper("route", "test", "Write python", "-t", "python").out).toMatch(/^global-hopper would /);
    const events = hopper("events", "-o", "jsonl").out.trim().split("\n");
    expect(events.map((line) => (JSON.parse(line) as { event: string }).event)).toContain(
      "delegation.rejected",
    );
    expect(hopper("events", "--limit", "1").out).toContain("1 shown (more: hopper events --limit 1 --since ");
  });

  it("end a task in each way", () => {
    expect(hopper("task", "fail", "T-1", "--error", "boom").out).toBe("T-1 failed\n");
    expect(hopper("task", "wait", "T-1").code).toBe(1);
    expect(hopper("task", "retry", "T-1").out).toBe("T-1 queued\n");
    expect(hopper("task", "cancel", "T-1", "--reason", "no longer needed").out).toBe("T-1 cancelled\n");
    expect(hopper("task", "complete", "T-2", "--result", '{"output": "ok"}').out).toBe("T-2 done\n");
    expect(hopper("task", "wait", "T-2", "--timeout", "5s")).toEqual({ code: 0, out: "T-2 done\n", err: "" });
    expect(JSON.parse(hopper("task", "show", "T-2", "--json").out)).toMatchObject({
      result: { output: "ok" },
    });
    expect(hopper("doctor").code).toBe(0);
  });

  it("terminate from above with all below", () => {
    const refused = hopper("instance", "terminate", "global-hopper");
    expect(refused.code).toBe(4);
    expect(refused.err).toContain("fix: hopper instance terminate global-hopper --cascade\n");
    expect(hopper("instance", "terminate", "global-hopper", "--cascade").out).toBe(
      "global-hopper (GLOBAL) [terminated]\n",
    );
    expect(hopper("instance", "tree").out).toBe("");
    expect(hopper("instance", "tree", "--all").out).toContain("(PROJECT) [terminated]\n");
  });
});

describe("a mistake", () => {
  const folder = temporaryFolder();
  const hopper = command(folder);
  const events = (): string => hopper("events", "-o", "jsonl").out;

  beforeAll(() => {
    hopper("instance", "create", "global", "--scope", "global", "--start");
    hopper("instance", "create", "webapp", "--scope", "project", "--parent", "global", "--start");
    hopper("instance", "create", "worker-1", "--scope", "orchestration", "--parent", "webapp", "--start");
    hopper("instance", "create", "worker-2", "--scope", "orchestration", "--parent", "webapp");
    hopper("task", "add", "done", "--instance", "worker-1");
    hopper("task", "complete", "T-1");
    hopper("task", "add", "open", "--instance", "global", "--no-route");
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
  ])("exits %i: %j", (code, argv) => {
    const before = events();
    const ran = hopper(...argv);
    expect({ code: ran.code, out: ran.out }).toEqual({ code, out: "" });
    expect(ran.err).toMatch(/^error: \S/);
    expect(ran.err).toMatch(/^fix: \S/m);
    expect(ran.err).not.toMatch(/^\s+at /m);
    const json = hopper(...argv, "--json");
    expect({ code: json.code, out: json.out }).toEqual({ code, out: "" });
    expect(JSON.parse(json.err)).toMatchObject({
      type: expect.any(String) as string,
      title: expect.any(String) as string,
      status: expect.any(Number) as number,
      code: expect.any(String) as string,
      detail: expect.any(String) as string,
    });
    expect(events()).toBe(before);
  });

  it("in the configuration exits 8, with its place", () => {
    writeFileSync(join(folder, "bad.yaml"), "tasks:\n  max_atempts: 3\n");
    const ran = hopper("instance", "list", "--config", "bad.yaml");
    expect(ran.code).toBe(8);
    expect(ran.err).toMatch(/bad\.yaml:2:3/);
  });

  it("names the nearest", () => {
    const ran = hopper("instance", "show", "webap");
    expect(ran.err).toContain("webapp");
    expect(ran.err).toContain("fix: hopper instance show webapp\n");
  });

  it("leaves a store in which every rule holds", () => {
    expect(hopper("doctor").code).toBe(0);
  });
});

describe("the process", () => {
  const folder = temporaryFolder();
  const hopper = command(folder);

  beforeAll(() => {
    hopper("instance", "create", "global", "--scope", "global", "--start");
    hopper("task", "add", "x", "--no-route");
  });

  it("makes no folder for a command that only reads, or is refused before", () => {
    const empty = temporaryFolder();
    expect(command(empty)("instance", "list").code).toBe(3);
    expect(command(empty)("task", "complete", "T-1").code).toBe(3);
    expect(command(empty)("instance", "create", "x", "--scope", "galaxy").code).toBe(2);
    expect(existsSync(join(empty, ".hopper"))).toBe(false);
  });

  it("does not mind a reader that goes away", () => {
    const ran = shell(folder, "hopper events -o jsonl | head -1");
    expect(ran).toMatchObject({ code: 0, err: "" });
    expect(shell(folder, "hopper task --help | head -1")).toMatchObject({ code: 0, err: "" });
  });

  it("refuses a second owner by name after five seconds, and reads meanwhile", async () => {
    const { createHopper } = await import("../../src/index.ts");
    await using owner = await createHopper({ store: `sqlite:${join(folder, ".hopper", "hopper.db")}` });
    expect((await owner.instances.list()).items).toHaveLength(1);
    const from = Date.now();
    const child = started(folder, "task", "add", "y");
    let err = "";
    child.stderr.on("data", (chunk: Buffer) => {
      err += chunk.toString();
    });
    const [code] = (await once(child, "exit")) as [number];
    expect(code).toBe(5);
    expect(err).toContain(String(process.pid));
    expect(err).toMatch(/^fix: \S/m);
    expect(Date.now() - from).toBeGreaterThan(4_000);
    expect(hopper("instance", "list", "-o", "name").out).toBe("global\n");
    expect(hopper("doctor").code).toBe(0);
  });

  it("ends with 130 when it is interrupted, and leaves the store to others", async () => {
    const child = started(folder, "task", "wait", "T-1");
    await once(child.stderr, "data"); // it says that nobody runs the store
    child.kill("SIGINT");
    const [code] = (await once(child, "exit")) as [number];
    expect(code).toBe(130);
    expect(hopper("task", "complete", "T-1").out).toBe("T-1 done\n");
  });

  it("runs two commands that come at once one after the other", () => {
    const ran = shell(
      folder,
      "hopper task add a & hopper task add b & hopper task add c & wait; hopper task list --status open -o name",
    );
    expect(ran.code).toBe(0);
    expect(ran.out.split("\n").filter((line) => /^T-\d+$/.test(line))).toHaveLength(3);
  });
});
