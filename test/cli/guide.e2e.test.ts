import { existsSync, statSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { command, shell, started, type Finished } from "./support/binary.ts";
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
