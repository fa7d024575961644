import { describe, expect, it } from "vitest";
import { hopper, HopperError, paramsOf, verbs } from "./support/fake.ts";
import { instanceView, list, NO_TASKS, NOW, stats, taskView, treeView, waitView } from "./support/views.ts";

const VERBS = ["start", "stop", "restart", "pause", "resume", "recover", "fail", "terminate"];

describe("instance create", () => {
  it("settles, then prints the instance's line", async () => {
    const ran = await hopper(["instance", "create", "webapp", "--scope", "project", "--parent", "global"], {
      cwd: null,
      answers: {
        "instances.create": instanceView({ status: "created" }),
        "instances.get": instanceView({ status: "created" }),
      },
    });
    expect(ran).toMatchObject({ code: 0, out: "webapp (PROJECT) [created]\n", err: "" });
    expect(verbs(ran)).toEqual(["instances.create", "settle", "instances.get"]);
    expect(paramsOf(ran, "instances.create")[0]).toMatchObject({
      name: "webapp",
      scope: "project",
      parentId: "global",
      start: false,
      by: "cli:ada",
    });
    expect(ran.calls[0]?.[0]).toBe("open:own");
    expect(ran.calls.at(-1)?.[0]).toBe("close");
  });

  it("passes configuration, type, id and description on untouched", async () => {
    const config = '{"capabilities":["python"],"own_key":{"a":[1]}}';
    const ran = await hopper(
      [
        "instance",
        "create",
        "007",
        "--scope=project",
        "--config",
        config,
        "--type",
        "ephemeral",
        "--id",
        "x",
        "--description",
        "d",
        "--start",
      ],
      { cwd: null, answers: { "instances.create": instanceView(), "instances.get": instanceView() } },
    );
    expect(ran.code).toBe(0);
    expect(paramsOf(ran, "instances.create")[0]).toMatchObject({
      name: "007",
      instanceType: "ephemeral",
      id: "x",
      description: "d",
      start: true,
      config: JSON.parse(config) as object,
    });
  });

  it.each([
    ["not JSON", "{x", "error: --config is not JSON: "],
    ["a list", "[1]", "error: --config is [1]; an object such as"],
    ["null", "null", "error: --config is null; an object such as"],
  ])("refuses configuration that is %s, and opens nothing", async (_name, config, error) => {
    const ran = await hopper(["instance", "create", "x", "--scope", "global", "--config", config]);
    expect(ran.code).toBe(2);
    expect(ran.err).toContain(error);
    expect(ran.err).toContain("fix: hopper instance create --help");
    expect(ran.calls).toEqual([]);
  });
});

describe("the lifecycle verbs", () => {
  it.each(VERBS)("%s prints the line with the state after everything has settled", async (verb) => {
    const more = verb === "fail" ? ["--error", "broken"] : [];
    const ran = await hopper(["instance", verb, "webapp", ...more], {
      answers: {
        [`instances.${verb}`]: instanceView({ status: "starting" }),
        "instances.get": instanceView({ status: "running" }),
        "tasks.list": list([]),
      },
    });
    expect(ran).toMatchObject({ code: 0, out: "webapp (PROJECT) [running]\n" });
    expect(paramsOf(ran, `instances.${verb}`)[0]).toBe("webapp");
    expect(paramsOf(ran, "instances.get")).toEqual(["webapp-id"]);
  });

  it("pass their options on", async () => {
    const answers = {
      "instances.stop": instanceView(),
      "instances.terminate": instanceView(),
      "instances.hierarchy": treeView({}),
      "instances.get": instanceView(),
      "tasks.list": list([]),
    };
    const stop = await hopper(["instance", "stop", "webapp", "--drain-timeout", "1m30s"], { answers });
    expect(paramsOf(stop, "instances.stop")[1]).toMatchObject({ drainTimeoutMs: 90_000, by: "cli:ada" });
    const end = await hopper(["instance", "terminate", "webapp", "--cascade"], { answers });
    expect(paramsOf(end, "instances.terminate")[1]).toMatchObject({ cascade: true });
  });
});

describe("instance stop", () => {
  const working = list([taskView({ ref: "T-1", title: "long", status: "claimed", claimedBy: "worker-1" })]);

  it("says for whom it waits, and for how long at most", async () => {
    const answers = {
      "instances.stop": instanceView(),
      "instances.restart": instanceView(),
      "instances.get": instanceView({ status: "stopped" }),
      "tasks.list": working,
    };
    const stop = await hopper(["instance", "stop", "webapp", "--drain-timeout", "90s"], { answers });
    expect(stop).toMatchObject({
      code: 0,
      out: "webapp (PROJECT) [stopped]\n",
      err: "waiting for at most 90 s:\n  T-1 long (claimed by worker-1)\n",
    });
    expect(paramsOf(stop, "tasks.list")[0]).toEqual({
      instanceId: "webapp",
      status: ["claimed", "in_progress"],
    });
    const restart = await hopper(["instance", "restart", "webapp"], { answers });
    expect(restart.err).toBe("waiting for at most its drain timeout:\n  T-1 long (claimed by worker-1)\n");
    const idle = await hopper(["instance", "stop", "webapp"], {
      answers: { ...answers, "tasks.list": list([]) },
    });
    expect(idle.err).toBe("");
  });

  it("given --no-wait, answers at once and says who still works there", async () => {
    const answers = {
      "instances.stop": instanceView(),
      "instances.get": instanceView({ status: "stopping" }),
      "tasks.list": working,
    };
    const ran = await hopper(["instance", "stop", "webapp", "--no-wait"], { answers });
    expect(ran).toMatchObject({
      code: 0,
      out: "webapp (PROJECT) [stopping]\nwaits for T-1 long (claimed by worker-1)\n",
      err: "",
    });
    expect(paramsOf(ran, "instances.stop")[1]).toMatchObject({ wait: false });
    const asJson = await hopper(["instance", "restart", "webapp", "--no-wait", "--json"], {
      answers: { ...answers, "instances.restart": instanceView() },
    });
    expect(paramsOf(asJson, "instances.restart")[1]).toMatchObject({ wait: false });
    expect(JSON.parse(asJson.out)).toMatchObject({
      status: "stopping",
      waits_for: [{ ref: "T-1", title: "long", status: "claimed", claimed_by: "worker-1" }],
    });
  });
});

describe("instance list", () => {
  const child = instanceView({ parentId: "global-id" });
  const answers = {
    "instances.list": list([child]),
    "instances.get": instanceView({ name: "global", scope: "GLOBAL" }),
  };

  it("is a table with the parent's name, read beside another owner", async () => {
    const ran = await hopper(["instance", "list"], { answers });
    expect(ran.out).toBe(
      "NAME    SCOPE    STATUS   TASKS  PARENT  AGE\nwebapp  PROJECT  running  0      global  1h\n",
    );
    expect(ran.calls[0]?.[0]).toBe("open:read");
  });

  it("passes the filters on", async () => {
    const ran = await hopper(
      [
        "instance",
        "list",
        "--scope",
        "project",
        "--scope",
        "global",
        "--status",
        "running",
        "--parent",
        "g",
        "--type",
        "ephemeral",
        "--search",
        "web",
        "--all",
        "--limit",
        "7",
        "--cursor",
        "c",
      ],
      { answers },
    );
    expect(paramsOf(ran, "instances.list")[0]).toEqual({
      limit: 7,
      cursor: "c",
      count: true,
      scope: ["project", "global"],
      status: ["running"],
      parentId: "g",
      instanceType: ["ephemeral"],
      q: "web",
      all: true,
    });
  });

  it("says how to get more, with the filters", async () => {
    const page = list([instanceView()], { hasMore: true, nextCursor: "next page", total: 312 });
    const ran = await hopper(["instance", "list", "--scope", "project", "--all"], {
      answers: { "instances.list": page },
    });
    expect(ran.out.split("\n")[2]).toBe(
      "1 of 312 (more: hopper instance list --scope project --all --cursor 'next page')",
    );
  });

  it("says what to do when there are none, but not to a machine", async () => {
    const empty = { "instances.list": list([]) };
    const ran = await hopper(["instance", "list"], { answers: empty });
    expect(ran).toMatchObject({
      code: 0,
      out: "",
      err: "no instances; create one: hopper instance create global --scope global\n",
    });
    expect((await hopper(["instance", "list", "--json"], { answers: empty })).err).toBe("");
    expect((await hopper(["instance", "list", "--quiet"], { answers: empty })).err).toBe("");
  });

  it("keeps an id whose name cannot be found any more", async () => {
    const ran = await hopper(["instance", "list"], {
      answers: { ...answers, "instances.get": new HopperError("not_found", 404, "gone") },
    });
    expect(ran.code).toBe(0);
    expect(ran.out).toContain("global-id");
  });
});

describe("instance show, tree and status", () => {
  it("shows an instance with its parent's name", async () => {
    const ran = await hopper(["instance", "show", "webapp"], {
      answers: {
        "instances.get": (id: string) =>
          instanceView(id === "webapp" ? { parentId: "p" } : { name: "global" }),
      },
    });
    expect(ran.out).toContain("webapp (PROJECT) [running]\n  id       webapp-id\n");
    expect(ran.out).toContain("  parent   global\n");
    const one = await hopper(["instance", "status", "webapp"], {
      answers: { "instances.get": instanceView() },
    });
    expect(one.out).toContain("webapp (PROJECT) [running]\n");
  });

  const forest = [
    treeView({ name: "global", scope: "GLOBAL" }, [
      treeView({ name: "webapp" }, [
        treeView({ name: "worker-1", scope: "ORCHESTRATION", counts: { ...NO_TASKS, queued: 1 } }),
      ]),
    ]),
  ];

  it("draws the tree of the guide", async () => {
    const ran = await hopper(["instance", "tree"], { answers: { "instances.hierarchy": forest } });
    expect(ran.out).toBe(
      "global (GLOBAL) [running]\n└── webapp (PROJECT) [running]\n    └── worker-1 (ORCHESTRATION) [running] - 1 task\n",
    );
    expect(paramsOf(ran, "instances.hierarchy")).toEqual([undefined, { all: false }]);
  });

  it("gives the forest as a list and one instance's tree as a tree", async () => {
    const answers = { "instances.hierarchy": forest };
    const all = await hopper(["instance", "tree", "--json"], { answers });
    expect(JSON.parse(all.out)).toMatchObject({ items: [{ name: "global" }], has_more: false });
    const one = await hopper(["instance", "tree", "global", "--json", "--all"], {
      answers: { "instances.hierarchy": forest[0] },
    });
    expect(JSON.parse(one.out)).toMatchObject({ name: "global", children: [{ name: "webapp" }] });
    expect(paramsOf(one, "instances.hierarchy")).toEqual(["global", { all: true }]);
    const names = await hopper(["instance", "tree", "-o", "name"], { answers });
    expect(names.out).toBe("global\nwebapp\nworker-1\n");
    const none = await hopper(["instance", "tree"], { answers: { "instances.hierarchy": [] } });
    expect(none.err).toContain("no instances");
  });

  it("shows the dashboard, framed on a terminal only", async () => {
    const answers = { stats: stats() };
    const piped = await hopper(["instance", "status"], { answers });
    expect(piped.out).toMatch(/^Hopper Instance Status\nGlobal: hopper-global \[running\]\n/);
    const framed = await hopper(["instance", "status"], { answers, terminal: { columns: 80 } });
    expect(framed.out).toMatch(/^┌─+┐\n/);
    expect(JSON.parse((await hopper(["instance", "status", "--json"], { answers })).out)).toMatchObject({
      tasks: { open: 127, in_progress: 42 },
      dead_letters: 0,
    });
  });

  it("status says where the data is, and that nothing happens between commands", async () => {
    const ran = await hopper(["status"], { answers: { stats: stats() } });
    expect(ran.out).toMatch(/^Data: .*\/\.hopper\nRuntime: embedded; nothing happens between commands/);
    expect(ran.out).toContain("Total Tasks: 127 (42 in progress)\n");
    const json = await hopper(["status", "--json"], { answers: { stats: stats() } });
    expect(JSON.parse(json.out)).toMatchObject({ mode: "embedded", dead_letters: 0, owner: null, waits: [] });
  });

  it("status names the process that has the store, since when, what it runs and what that waits for", async () => {
    const owner = {
      pid: 77,
      command: "hopper run ci.plan.yaml",
      since: new Date(NOW - 180_000).toISOString(),
    };
    const refs = ["T-1", "T-2", "T-3", "T-4", "T-5"];
    const answers = {
      stats: stats({ owner }),
      "tasks.list": list(refs.map((ref) => taskView({ ref, id: ref }))),
      "tasks.waits": list([
        ...refs.slice(0, 4).map((ref) => waitView({ ref, text: "waits for a worker or a person at api" })),
        waitView({ ref: "T-5", text: "it is full", fix: null }),
      ]),
    };
    const ran = await hopper(["status"], { answers });
    expect(ran.out.split("\n").slice(1, 6)).toEqual([
      "Runtime: process 77 has had the store for 3m: hopper run ci.plan.yaml",
      "  T-1 waits for a worker or a person at api",
      "  T-2 waits for a worker or a person at api",
      "  T-3 waits for a worker or a person at api",
      "  … and 1 more that wait",
    ]);
    const json = JSON.parse((await hopper(["status", "--json"], { answers })).out) as { waits: unknown[] };
    expect(json).toMatchObject({ owner });
    expect(json.waits).toHaveLength(4);
    const unnamed = { ...answers, stats: stats({ owner: { pid: 77, command: null, since: null } }) };
    expect((await hopper(["status"], { answers: { ...unnamed, "tasks.list": list([]) } })).out).toContain(
      "Runtime: process 77 has had the store\n",
    );
  });
});
