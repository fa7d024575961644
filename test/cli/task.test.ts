import { describe, expect, it } from "vitest";
import { hopper, paramsOf, StoreError, verbs } from "./support/fake.ts";
import {
  attemptView,
  chainView,
  delegationView,
  instanceView,
  list,
  taskView,
  waitView,
} from "./support/views.ts";

const CHAIN = chainView([
  delegationView({ seq: 1 }),
  delegationView({ seq: 2, sourceName: "webapp", targetName: "worker-1" }),
]);
const ADDED = {
  "tasks.add": taskView(),
  "tasks.get": taskView(),
  "tasks.delegations": CHAIN,
  "tasks.attempts": list([]),
  "instances.get": instanceView({ name: "worker-1" }),
};

describe("task add", () => {
  it("prints the task, its chain and where it stands", async () => {
    const ran = await hopper(
      ["task", "add", "Build login page", "-t", "frontend", "-t", "react", "--instance", "global-id"],
      { cwd: null, answers: ADDED },
    );
    expect(ran.out).toBe(
      [
        "T-1 Build login page",
        "1. global → webapp (route) [accepted]",
        "2. webapp → worker-1 (route) [accepted]",
        "queued at worker-1",
        "",
      ].join("\n"),
    );
    expect(verbs(ran)).toEqual([
      "tasks.add",
      "settle",
      "tasks.get",
      "tasks.delegations",
      "instances.get",
      "tasks.waits",
    ]);
    expect(paramsOf(ran, "tasks.add")[0]).toMatchObject({
      title: "Build login page",
      tags: ["frontend", "react"],
      instanceId: "global-id",
      route: undefined,
      source: "cli",
      settleMs: 2_000,
      by: "cli:ada",
    });
  });

  it("passes everything else on", async () => {
    const ran = await hopper(
      [
        "task",
        "add",
        "007",
        "--priority",
        "high",
        "--description",
        "d",
        "--project",
        "p",
        "--run",
        "make",
        "--depends-on",
        "T-1",
        "--depends-on",
        "T-2",
        "--no-route",
        "--payload",
        '{"a":[1]}',
      ],
      { answers: ADDED },
    );
    expect(paramsOf(ran, "tasks.add")[0]).toMatchObject({
      title: "007",
      priority: "high",
      description: "d",
      project: "p",
      run: "make",
      dependsOn: ["T-1", "T-2"],
      route: false,
      payload: { a: [1] },
    });
  });

  it("takes a title that looks like an option after --", async () => {
    const ran = await hopper(["task", "add", "-t", "x", "--", "--help me"], { answers: ADDED });
    expect(paramsOf(ran, "tasks.add")[0]).toMatchObject({ title: "--help me", tags: ["x"] });
  });

  it("tells of a task that nobody holds, or that is held", async () => {
    const unassigned = taskView({ status: "pending", instanceId: null });
    const one = await hopper(["task", "add", "x"], {
      answers: { ...ADDED, "tasks.get": unassigned, "tasks.delegations": chainView([]) },
    });
    expect(one.out).toBe("T-1 Build login page\nunassigned\n");
    const held = taskView({ status: "pending", heldReason: "no_route" });
    const two = await hopper(["task", "add", "x"], {
      answers: { ...ADDED, "tasks.get": held, "tasks.delegations": chainView([]) },
    });
    expect(two.out).toBe("T-1 Build login page\nheld at worker-1: no_route\n");
  });

  it("gives the task as json, its ref as name, its id when quiet", async () => {
    const json = await hopper(["--json", "task", "add", "x"], { answers: ADDED });
    expect(JSON.parse(json.out)).toMatchObject({ ref: "T-1", instance_id: "worker-1-id", held_reason: null });
    expect((await hopper(["task", "add", "x", "-o", "name"], { answers: ADDED })).out).toBe("T-1\n");
    expect((await hopper(["task", "add", "x", "--quiet"], { answers: ADDED })).out).toBe("id-of-T-1\n");
  });
});

describe("a task that waits", () => {
  const answers = { ...ADDED, "tasks.waits": list([waitView()]) };

  it.each([
    ["add", ["task", "add", "x"]],
    ["show", ["task", "show", "T-1"]],
  ])("is said by %s, with the command as it can be run from here", async (_name, line) => {
    const ran = await hopper([...line, "--data", ".hopper"], { answers });
    expect(ran.out).toContain("  webapp is paused: hopper instance resume webapp --data .hopper\n");
  });

  it("is said by show and explain as json", async () => {
    const waits = { kind: "instance", text: "webapp is paused", fix: "hopper instance resume webapp" };
    const show = await hopper(["task", "show", "T-1", "--json"], { answers });
    expect(JSON.parse(show.out)).toMatchObject({ ref: "T-1", waits });
    const idle = await hopper(["task", "show", "T-1", "--json"], { answers: ADDED });
    expect(JSON.parse(idle.out)).toMatchObject({ waits: null });
    const explain = { task: taskView(), lines: ["one"], waits: waitView() };
    const told = { answers: { "tasks.explain": explain } };
    expect(JSON.parse((await hopper(["task", "explain", "T-1", "--json"], told)).out)).toMatchObject({
      waits,
    });
    expect((await hopper(["task", "explain", "T-1"], told)).out).toBe(
      "T-1 Build login page [queued]\n  one\n  hopper instance resume webapp\n",
    );
  });
});

describe("task list", () => {
  const answers = { "tasks.list": list([taskView()]), "instances.get": instanceView({ name: "worker-1" }) };

  it("passes the filters on", async () => {
    const ran = await hopper(
      [
        "task",
        "list",
        "--instance",
        "webapp",
        "--status",
        "open",
        "-t",
        "a",
        "-t",
        "b",
        "--not-tag",
        "c",
        "--priority",
        "high",
        "--project",
        "p",
        "--worker",
        "w",
        "--parent",
        "T-9",
        "--search",
        "s",
        "--sort",
        "-created",
      ],
      { answers },
    );
    expect(ran.code).toBe(0);
    expect(paramsOf(ran, "tasks.list")[0]).toMatchObject({
      instanceId: "webapp",
      status: ["open"],
      tag: ["a", "b"],
      notTag: ["c"],
      priority: ["high"],
      project: "p",
      assignee: "w",
      parentTaskId: "T-9",
      q: "s",
      sort: "-created",
      count: true,
    });
  });

  it("is a table for people", async () => {
    const ran = await hopper(["task", "list"], { answers });
    expect(ran.out).toBe(
      "REF  STATUS  PRIORITY  AT        TITLE             TAGS  AGE\nT-1  queued  medium    worker-1  Build login page        1h\n",
    );
    const wide = await hopper(["task", "list", "-o", "wide"], { answers });
    expect(wide.out.split("\n")[0]).toContain("WORKER  ATTEMPT  ORIGIN");
  });

  it("says what those wait for that nobody has queued, and asks of no others", async () => {
    const rows = [
      taskView(),
      taskView({ ref: "T-2", id: "id-of-T-2", status: "blocked" }),
      taskView({ ref: "T-3", id: "id-of-T-3", status: "pending", heldReason: "manual" }),
    ];
    const waits = list([waitView({ taskId: "id-of-T-2", text: "waits for T-1 (queued at worker-1)" })]);
    const ran = await hopper(["task", "list"], {
      answers: { ...answers, "tasks.list": list(rows), "tasks.waits": waits },
    });
    expect(paramsOf(ran, "tasks.waits")).toEqual([{ ids: ["id-of-T-2", "id-of-T-3"] }]);
    expect(ran.out).toMatch(/WAITS FOR.*\n.*\n.*blocked.*waits for T-1 \(queued at worker-1\) /);
  });

  it("says how to get the next page of the same, and what to do where there is none", async () => {
    const more = list([taskView()], { nextCursor: "c2", hasMore: true, total: 9 });
    const line = ["task", "list", "--status", "held", "--limit", "1", "--data", ".hopper", "-o", "wide"];
    const ran = await hopper(line, { answers: { ...answers, "tasks.list": more } });
    expect(ran.out).toContain(
      "1 of 9 (more: hopper task list --status held --limit 1 --cursor c2 -o wide --data .hopper)\n",
    );
    const none = await hopper(["task", "list", "--data", ".hopper"], { answers: { "tasks.list": list([]) } });
    expect(none.err).toBe("no tasks; add one: hopper task add 'What is to be done' --data .hopper\n");
  });

  it("is one page as json, every page as jsonl or name, unless a limit is given", async () => {
    const pages = {
      "tasks.list": ({ cursor }: { cursor?: string }) =>
        cursor === undefined
          ? list([taskView()], { nextCursor: "2", hasMore: true })
          : list([taskView({ ref: "T-2" })]),
    };
    const json = await hopper(["task", "list", "--json"], { answers: pages });
    expect(JSON.parse(json.out)).toMatchObject({ items: [{ ref: "T-1" }], next_cursor: "2", has_more: true });
    expect(paramsOf(json, "tasks.list")[0]).not.toHaveProperty("count");
    const lines = await hopper(["task", "list", "-o", "jsonl"], { answers: pages });
    expect(
      lines.out
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as { ref: string }).ref),
    ).toEqual(["T-1", "T-2"]);
    expect((await hopper(["task", "list", "-o", "name"], { answers: pages })).out).toBe("T-1\nT-2\n");
    expect((await hopper(["task", "list", "--quiet"], { answers: pages })).out).toBe(
      "id-of-T-1\nid-of-T-2\n",
    );
    expect((await hopper(["task", "list", "-o", "name", "--limit", "1"], { answers: pages })).out).toBe(
      "T-1\n",
    );
  });

  it("stops streaming when the reader is gone", async () => {
    const endless = { "tasks.list": list([taskView()], { nextCursor: "x", hasMore: true }) };
    const ran = await hopper(["task", "list", "-o", "jsonl"], { answers: endless, closedAfter: 3 });
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.out.trim().split("\n")).toHaveLength(3);
  });

  it("speaks yaml", async () => {
    const ran = await hopper(["task", "list", "-o", "yaml"], { answers });
    expect(ran.out).toMatch(/^items:\n {2}- id: id-of-T-1\n {4}ref: T-1\n/);
  });
});

describe("task show, delegations and explain", () => {
  it("shows a task", async () => {
    const ran = await hopper(["task", "show", "T-1"], { answers: ADDED });
    expect(ran.out).toContain(
      "T-1 Build login page\n  queued at worker-1\n  1. global → webapp (route) [accepted]\n",
    );
    expect(ran.calls[0]?.[0]).toBe("open:read");
  });

  it("shows the chain, and nothing at all for a task without hops", async () => {
    const ran = await hopper(["task", "delegations", "T-1"], { answers: ADDED });
    expect(ran.out).toBe("1. global → webapp (route) [accepted]\n2. webapp → worker-1 (route) [accepted]\n");
    const none = await hopper(["task", "delegations", "T-1"], {
      answers: { "tasks.delegations": chainView([]) },
    });
    expect(none).toMatchObject({ code: 0, out: "", err: "" });
    expect((await hopper(["task", "delegations", "T-1", "-o", "name"], { answers: ADDED })).out).toBe(
      "D-1\nD-2\n",
    );
    const json = await hopper(["task", "delegations", "T-1", "-o", "json"], { answers: ADDED });
    expect(JSON.parse(json.out)).toMatchObject({
      task_id: "id-of-T-1",
      depth: 2,
      items: [{ source_name: "global" }, {}],
    });
    expect(
      (await hopper(["task", "delegations", "T-1", "-o", "jsonl"], { answers: ADDED })).out.split("\n"),
    ).toHaveLength(3);
  });

  it("says that a hop went badly", async () => {
    const result = { outcome: "failed", taskStatus: "failed", completedAt: "t", output: null } as const;
    const bad = chainView([delegationView({ status: "completed", result })]);
    const ran = await hopper(["task", "show", "T-1"], { answers: { ...ADDED, "tasks.delegations": bad } });
    expect(ran.out).toContain("\n  1. global → webapp (route) [failed]\n");
  });

  it("prints what its command printed, of all attempts or of one", async () => {
    const answers = { "tasks.attempts": list([attemptView(), attemptView({ attempt: 2, command: null })]) };
    const printed = "attempt 1 by shell:worker-1: exit 3 in 16 ms\nstdout:\none\ntwo\nstderr:\nboom\n";
    const second = "attempt 2 by shell:worker-1: failed: exit 3: boom\n";
    expect((await hopper(["task", "logs", "T-1"], { answers })).out).toBe(printed + second);
    expect((await hopper(["task", "logs", "T-1", "--attempt", "2"], { answers })).out).toBe(second);
    const json = JSON.parse((await hopper(["task", "logs", "T-1", "--json"], { answers })).out) as object;
    expect(json).toMatchObject({ items: [{ attempt: 1, command: { exit_code: 3 } }, { attempt: 2 }] });
    expect(await hopper(["task", "logs", "T-1", "--attempt", "3"], { answers })).toMatchObject({
      code: 3,
      out: "",
      err: "error: T-1 has no attempt 3; its last one is 2\nfix: hopper task logs T-1\n",
    });
  });

  it("says that nobody has tried it", async () => {
    const answers = { "tasks.attempts": list([]) };
    expect(await hopper(["task", "logs", "T-1"], { answers })).toMatchObject({
      code: 0,
      out: "",
      err: "nobody has tried T-1 yet\n",
    });
    expect(await hopper(["task", "logs", "T-1", "--attempt", "1"], { answers })).toMatchObject({
      code: 3,
      err: "error: T-1 has no attempt 1; nobody has tried it yet\nfix: hopper task show T-1\n",
    });
  });

  it("tells the story", async () => {
    const answers = { "tasks.explain": { task: taskView(), lines: ["it came", "it went"], waits: null } };
    const ran = await hopper(["task", "explain", "T-1"], { answers });
    expect(ran.out).toBe("T-1 Build login page [queued]\n  it came\n  it went\n");
    const json = await hopper(["task", "explain", "T-1", "--json"], { answers });
    expect(JSON.parse(json.out)).toMatchObject({ task: { ref: "T-1" }, lines: ["it came", "it went"] });
  });
});

describe("the verbs that decide a task", () => {
  it.each<[string[], string, unknown]>([
    [["status", "T-1", "completed"], "status", { status: "completed" }],
    [
      ["status", "T-1", "done", "--result", '{"ok":true}', "--reason", "r"],
      "status",
      { result: { ok: true }, reason: "r" },
    ],
    [["complete", "T-1", "--result", "[1]", "--force"], "complete", { result: [1], force: true }],
    [["complete", "T-1", "--result", "null"], "complete", { result: null }],
    [["fail", "T-1", "--error", "boom", "--retryable"], "fail", { error: "boom", retryable: true }],
    [["fail", "T-1", "--error", "boom"], "fail", { retryable: undefined }],
    [["cancel", "T-1", "--reason", "why"], "cancel", { reason: "why" }],
    [["retry", "T-1", "--with-dependents"], "retry", { withDependents: true }],
  ])("task %j", async (words, verb, params) => {
    const done = taskView({ status: "done" });
    const ran = await hopper(["task", ...words], { answers: { [`tasks.${verb}`]: done, "tasks.get": done } });
    expect(ran).toMatchObject({ code: 0, out: "T-1 done\n", err: "" });
    expect(paramsOf(ran, `tasks.${verb}`)).toMatchObject(["T-1", { by: "cli:ada", ...(params as object) }]);
    expect(verbs(ran)).toEqual([`tasks.${verb}`, "settle", "tasks.get"]);
  });
});

describe("the verbs that move a task", () => {
  const hop = delegationView({ status: "rejected", reason: { code: "at_capacity", text: "full" } });

  it.each<[string[], string, unknown]>([
    [
      ["delegate", "T-1", "--to", "webapp", "--type", "route", "--notes", "n", "--auto-accept"],
      "delegate",
      { targetInstanceId: "webapp", delegationType: "route", notes: "n", autoAccept: true },
    ],
    [["delegate", "T-1"], "delegate", { targetInstanceId: undefined }],
    [["escalate", "T-1", "--reason", "r"], "escalate", { reason: "r" }],
    [["reassign", "T-1", "--to", "w2", "--reason", "r"], "reassign", { targetInstanceId: "w2", reason: "r" }],
  ])("task %j", async (words, verb, params) => {
    const ran = await hopper(["task", ...words], {
      answers: { [`tasks.${verb}`]: hop, "delegations.get": hop },
    });
    expect(ran).toMatchObject({ code: 0, out: "D-1 global → webapp (route) [rejected]\n" });
    expect(paramsOf(ran, `tasks.${verb}`)).toMatchObject(["T-1", { by: "cli:ada", ...(params as object) }]);
    expect(paramsOf(ran, "delegations.get")).toEqual(["id-of-D-1"]);
  });

  it("task assign shows where the task stands then", async () => {
    const ran = await hopper(["task", "assign", "T-1", "--to", "global"], {
      answers: { ...ADDED, "tasks.assign": taskView() },
    });
    expect(ran.out).toContain("T-1 Build login page\n1. global → webapp");
    expect(paramsOf(ran, "tasks.assign")).toEqual(["T-1", { instanceId: "global", by: "cli:ada" }]);
  });
});

describe("task wait", () => {
  const wait = (words: string[], status: (look: number) => string, onOpen?: (mode: string) => void) => {
    let looks = 0;
    return hopper(["task", "wait", ...words], {
      answers: {
        "tasks.get": (ref: string) => {
          looks += 1;
          return taskView({ ref, status: status(looks) as "done" });
        },
      },
      ...(onOpen === undefined ? {} : { onOpen: ({ mode }) => onOpen(mode) }),
    });
  };
  const locked = (mode: string) => {
    if (mode === "own") throw new StoreError("locked", "in use");
  };

  it("is 0 when all are done already, without owning the store", async () => {
    const ran = await wait(["T-1", "T-2"], () => "done");
    expect(ran).toMatchObject({ code: 0, out: "T-1 done\nT-2 done\n", err: "" });
    expect(ran.calls.some(([verb]) => verb === "open:own")).toBe(false);
  });

  it.each(["failed", "cancelled"])("is 1 when one is %s", async (status) => {
    const ran = await wait(["T-1"], () => status);
    expect(ran).toMatchObject({ code: 1, out: `T-1 ${status}\n` });
  });

  it("looks again while another process owns the store", async () => {
    const ran = await wait(["T-1", "--timeout", "30s"], (look) => (look < 20 ? "queued" : "done"), locked);
    expect(ran).toMatchObject({ code: 0, out: "T-1 done\n", err: "" });
  });

  it("handles what is due when nobody owns it, and says so once", async () => {
    const ran = await wait(["T-1", "--timeout", "30s"], (look) => (look < 40 ? "queued" : "done"));
    expect(ran).toMatchObject({ code: 0, out: "T-1 done\n" });
    expect(ran.err).toBe("nobody runs this store now: only timers and other commands move its tasks\n");
    expect(ran.calls.filter(([verb]) => verb === "settle").length).toBeGreaterThan(1);
  });

  it("is 6 when the time is over, and names what is open", async () => {
    const ran = await wait(["T-1", "--timeout", "3", "--quiet"], () => "queued", locked);
    expect(ran.code).toBe(6);
    expect(ran.err).toBe("error: not final in time: T-1 (queued)\nfix: hopper task explain T-1\n");
    const json = await wait(["T-1", "--timeout", "100ms", "--json"], () => "queued", locked);
    expect(JSON.parse(json.err)).toMatchObject({ status: 504, code: "timed_out", tasks: [{ ref: "T-1" }] });
    expect(json.out).toBe("");
  });

  it("passes on what else is wrong with the store", async () => {
    const ran = await wait(
      ["T-1"],
      () => "queued",
      (mode) => {
        if (mode === "own") throw new StoreError("not_permitted", "no");
      },
    );
    expect(ran.code).toBe(5);
  });

  it("gives one task as itself and several as a list", async () => {
    const one = await wait(["T-1", "--json"], () => "done");
    expect(JSON.parse(one.out)).toMatchObject({ ref: "T-1" });
    const two = await wait(["T-1", "T-2", "--json"], () => "done");
    expect(JSON.parse(two.out)).toMatchObject({ items: [{ ref: "T-1" }, { ref: "T-2" }] });
  });

  it("is 130 when it is interrupted", async () => {
    const stop = new AbortController();
    const ran = await hopper(["task", "wait", "T-1"], {
      signal: stop.signal,
      answers: {
        "tasks.get": () => {
          stop.abort();
          return taskView();
        },
      },
    });
    expect(ran).toMatchObject({ code: 130, out: "", err: "" });
    expect(ran.calls.at(-1)?.[0]).toBe("close");
  });

  it("is 3 without a store", async () => {
    expect((await hopper(["task", "wait", "T-1"], { cwd: null })).code).toBe(3);
  });
});
