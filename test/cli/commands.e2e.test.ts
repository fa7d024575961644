import { beforeAll, describe, expect, it } from "vitest";
import { temporaryFolder } from "./support/fake.ts";
import { realCommand } from "./support/real.ts";

describe("the guide's other commands", () => {
  const folder = temporaryFolder();
  const hopper = realCommand(folder);

  beforeAll(async () => {
    await hopper("instance", "create", "global-hopper", "--scope", "global", "--start");
    await hopper(
      "instance",
      "create",
      "webapp-project",
      "--scope",
      "project",
      "--parent",
      "global-hopper",
      "--start",
    );
    await hopper(
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

  it("create with configuration", async () => {
    const config = '{"capabilities": ["python"]}';
    const words = ["instance", "create", "my-project", "--scope", "project", "--parent", "global-hopper"];
    const created = await hopper(...words, "--config", config);
    expect(created).toEqual({ code: 0, out: "my-project (PROJECT) [created]\n", err: "" });
    expect((await hopper("instance", "show", "my-project")).out).toContain(
      'config   {"capabilities":["python"]}',
    );
  });

  it("list with filters", async () => {
    expect((await hopper("instance", "list", "--scope", "project", "-o", "name")).out).toBe(
      "webapp-project\nmy-project\n",
    );
    expect((await hopper("instance", "list", "--status", "running", "-o", "name")).out).toBe(
      "global-hopper\nwebapp-project\nwebapp-worker-1\n",
    );
  });

  it("drive the lifecycle", async () => {
    for (const [verb, state] of [
      ["pause", "paused"],
      ["resume", "running"],
      ["stop", "stopped"],
      ["start", "running"],
    ] as const) {
      expect((await hopper("instance", verb, "webapp-worker-1")).out).toBe(
        `webapp-worker-1 (ORCHESTRATION) [${state}]\n`,
      );
    }
  });

  it("add at every level, delegate by hand, accept and reject", async () => {
    expect((await hopper("task", "add", "Run tests", "--instance", "webapp-worker-1")).out).toMatch(
      /^T-1 Run tests\nqueued at webapp-worker-1\n$/,
    );
    expect(
      (await hopper("task", "add", "Fix login bug", "--instance", "webapp-project", "--no-route")).out,
    ).toBe(
      [
        "T-2 Fix login bug",
        "held at webapp-project: manual",
        "  waits for somebody to delegate it: hopper task delegate T-2",
        "",
      ].join("\n"),
    );
    expect(await hopper("task", "delegations", "T-2")).toEqual({ code: 0, out: "", err: "" });
    expect((await hopper("task", "delegate", "T-2", "--to", "webapp-worker-1")).out).toBe(
      "D-1 webapp-project → webapp-worker-1 (route) [pending]\n",
    );
    expect((await hopper("delegation", "reject", "D-1", "--reason", "Instance at capacity")).out).toBe(
      "D-1 webapp-project → webapp-worker-1 (route) [rejected]\n",
    );
    expect((await hopper("task", "delegations", "T-2", "-o", "wide")).out).toBe(
      "1. webapp-project → webapp-worker-1 (route) [rejected] declined: Instance at capacity\n",
    );
    expect((await hopper("task", "delegate", "T-2", "--to", "webapp-worker-1")).code).toBe(0);
    expect((await hopper("delegation", "accept", "D-2")).out).toBe(
      "D-2 webapp-project → webapp-worker-1 (route) [accepted]\n",
    );
    expect((await hopper("delegation", "list", "-o", "name")).out.trim().split("\n").sort()).toEqual([
      "D-1",
      "D-2",
    ]);
  });

  it("say how everything is, and why", async () => {
    expect((await hopper("instance", "status")).out).toMatch(
      /^Hopper Instance Status\nGlobal: global-hopper \[running\]\n/,
    );
    expect((await hopper("task", "explain", "T-2")).code).toBe(0);
    expect((await hopper("route", "test", "Write python", "-t", "python")).out).toMatch(
      /^global-hopper would /,
    );
    const events = (await hopper("events", "-o", "jsonl")).out.trim().split("\n");
    expect(events.map((line) => (JSON.parse(line) as { event: string }).event)).toContain(
      "delegation.rejected",
    );
    expect((await hopper("events", "--since", "0", "--limit", "1")).out).toContain(
      "1 shown (more: hopper events --limit 1 --since ",
    );
  });

  it("end a task in each way", async () => {
    expect((await hopper("task", "fail", "T-1", "--error", "boom")).out).toBe("T-1 failed\n");
    expect((await hopper("task", "wait", "T-1")).code).toBe(1);
    expect((await hopper("task", "retry", "T-1")).out).toBe("T-1 queued\n");
    expect((await hopper("task", "cancel", "T-1", "--reason", "no longer needed")).out).toBe(
      "T-1 cancelled\n",
    );
    expect((await hopper("task", "complete", "T-2", "--result", '{"output": "ok"}')).out).toBe("T-2 done\n");
    expect(await hopper("task", "wait", "T-2", "--timeout", "5s")).toEqual({
      code: 0,
      out: "T-2 done\n",
      err: "",
    });
    expect(JSON.parse((await hopper("task", "show", "T-2", "--json")).out)).toMatchObject({
      result: { output: "ok" },
    });
    expect((await hopper("doctor")).code).toBe(0);
  });

  it("terminate from above with all below", async () => {
    const refused = await hopper("instance", "terminate", "global-hopper");
    expect(refused.code).toBe(4);
    expect(refused.err).toContain("fix: hopper instance terminate global-hopper --cascade\n");
    expect((await hopper("instance", "terminate", "global-hopper", "--cascade")).out).toBe(
      "global-hopper (GLOBAL) [terminated]\n",
    );
    expect((await hopper("instance", "tree")).out).toBe("");
    expect((await hopper("instance", "tree", "--all")).out).toContain("(PROJECT) [terminated]\n");
  });
});
