import { stripVTControlCharacters } from "node:util";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { PlanArgs } from "../../cli/io.ts";
import { folderWithStore, hopper, HopperError, paramsOf, StoreError } from "./support/fake.ts";
import { decisionView, delegationView, eventView, instanceView, list, taskView } from "./support/views.ts";

describe("delegation", () => {
  const answers = {
    "delegations.list": list([delegationView()]),
    "delegations.get": delegationView({ status: "pending", notes: "please" }),
    "delegations.accept": delegationView(),
    "delegations.reject": delegationView(),
    "delegations.cancel": delegationView(),
    "tasks.get": taskView(),
  };

  it("list shows the refs of the tasks", async () => {
    const ran = await hopper(
      ["delegation", "list", "--status", "pending", "--instance", "webapp", "--direction", "incoming"],
      { answers },
    );
    expect(ran.out).toContain("D-1  T-1   global  webapp  route  accepted  1h\n");
    expect(paramsOf(ran, "delegations.list")[0]).toMatchObject({
      status: ["pending"],
      instanceId: "webapp",
      direction: "incoming",
    });
    expect((await hopper(["delegation", "list"], { answers: { "delegations.list": list([]) } })).err).toBe(
      "no delegations\n",
    );
    expect((await hopper(["delegation", "list", "-o", "name"], { answers })).out).toBe("D-1\n");
  });

  it("show", async () => {
    const ran = await hopper(["delegation", "show", "D-1"], { answers });
    expect(ran.out).toContain("D-1 global → webapp (route) [pending]\n");
    expect(ran.out).toContain("  task       T-1\n  notes      please\n");
  });

  it.each<[string, string[], unknown]>([
    ["accept", ["--note", "ok"], { note: "ok" }],
    ["reject", ["--reason", "busy"], { reason: "busy" }],
    ["cancel", [], { reason: undefined }],
  ])("%s prints the delegation as it is then", async (verb, more, params) => {
    const ran = await hopper(["delegation", verb, "D-1", ...more], { answers });
    expect(ran).toMatchObject({ code: 0, out: "D-1 global → webapp (route) [pending]\n" });
    expect(paramsOf(ran, `delegations.${verb}`)).toMatchObject([
      "D-1",
      { by: "cli:ada", ...(params as object) },
    ]);
  });
});

describe("route test", () => {
  const answers = {
    "route.preview": decisionView(),
    "instances.get": instanceView({ name: "global", scope: "GLOBAL" }),
  };

  it("says where a task would go and why", async () => {
    const ran = await hopper(["route", "test", "Build login page", "-t", "react"], { answers });
    expect(ran.out).toMatch(/^global would delegate to webapp: matched tag react\n/);
    expect(paramsOf(ran, "route.preview")[0]).toMatchObject({ title: "Build login page", tags: ["react"] });
    expect((await hopper(["route", "test", "x", "--quiet"], { answers })).out).toBe("webapp-id\n");
    const held = { ...answers, "route.preview": decisionView({ action: "hold", targetId: null }) };
    expect((await hopper(["route", "test", "x", "-o", "name"], { answers: held })).out).toBe("");
  });
});

describe("route test while another process owns the store", () => {
  it("reads beside it", async () => {
    const ran = await hopper(["route", "test", "x"], {
      answers: { "route.preview": decisionView(), "instances.get": instanceView() },
      onOpen: ({ mode }) => {
        if (mode === "own") throw new StoreError("locked", "in use");
      },
    });
    expect(ran.code).toBe(0);
    expect(ran.calls.map(([verb]) => verb).slice(0, 2)).toEqual(["open:own", "open:read"]);
  });
});

describe("doctor", () => {
  const clean = { check: "T1", rule: "one holder", broken: [] };

  it("is 0 when every rule holds", async () => {
    const ran = await hopper(["doctor"], { answers: { doctor: [clean] } });
    expect(ran).toMatchObject({ code: 0, out: "ok     T1  one holder\n1 check, all hold\n" });
  });

  it("is 9 when one is broken", async () => {
    const answers = { doctor: [clean, { check: "D1", rule: "one pending", broken: ["T-1"] }] };
    const ran = await hopper(["doctor", "-o", "name"], { answers });
    expect(ran).toMatchObject({ code: 9, out: "D1\n" });
    expect(JSON.parse((await hopper(["doctor", "--json"], { answers })).out)).toMatchObject({
      items: [{}, { check: "D1" }],
    });
  });
});

describe("events", () => {
  const events = [
    eventView(),
    eventView({ cursor: "c2", taskId: null, delegationId: "d" }),
    eventView({ cursor: "c3" }),
  ];
  const answers = {
    events({ since, limit, last }: { since?: string; limit?: number; last?: number }) {
      if (last !== undefined) return events.slice(-last);
      const from = events.findIndex(({ cursor }) => cursor === since) + 1;
      return events.slice(from, limit === undefined ? undefined : from + limit);
    },
    "instances.get": instanceView({ name: "global" }),
    "tasks.get": taskView(),
    "delegations.get": delegationView(),
  };

  it("is a table with names, and how to get more", async () => {
    const ran = await hopper(
      [
        "events",
        "--since",
        "0",
        "--limit",
        "2",
        "--type",
        "task.created",
        "--task",
        "T-1",
        "--instance",
        "g",
      ],
      { answers },
    );
    const lines = ran.out.split("\n");
    expect(lines[1]).toBe(
      "2026-01-02T03:04:05.000Z  task.created  T-1   global    cli:ada  created at global by cli:ada",
    );
    expect(lines[3]).toBe(
      "2 shown (more: hopper events --type task.created --instance g --task T-1 --limit 2 --since c2)",
    );
    const filter = { type: ["task.created"], instanceId: "g", taskId: "T-1" };
    expect(ran.calls.filter(([verb]) => verb === "events").map(([, params]) => params)).toEqual([
      { ...filter, since: "0", limit: 2 },
      { ...filter, since: "c2", limit: 1 },
    ]);
    const all = await hopper(["events", "--limit", "3"], { answers });
    expect(all.out).not.toContain("more:");
  });

  it("is the last of them, the newest below, with the time of the day on a terminal", async () => {
    const ran = await hopper(["events", "--limit", "2"], { answers });
    expect(paramsOf(ran, "events")[0]).toMatchObject({ last: 2, limit: 2 });
    expect(
      ran.out
        .split("\n")
        .slice(1, 3)
        .map((line) => line.slice(0, 24)),
    ).toEqual(["2026-01-02T03:04:05.000Z", "2026-01-02T03:04:05.000Z"]);
    const seen = await hopper(["events"], { answers, terminal: { columns: 100 } });
    expect(stripVTControlCharacters(seen.out)).toMatch(/^AT \(UTC\) .*\n03:04:05\.000 /);
  });

  it("goes on with what comes, a line each, as lines or jsonl", async () => {
    const ran = await hopper(["events", "-f", "--type", "task.*,lease.expired"], { answers });
    expect(ran.out.split("\n")[0]).toBe(
      "2026-01-02T03:04:05.000Z  T-1   task.created         created at global by cli:ada",
    );
    expect(ran.calls.filter(([verb]) => verb === "events").map(([, params]) => params)).toMatchObject([
      { type: ["task.*", "lease.expired"], last: 50 },
      { since: "c3", follow: true },
    ]);
    const few = await hopper(["events", "-f", "--limit", "2"], { answers });
    expect(few.calls.findLast(([verb]) => verb === "events")?.[1]).not.toHaveProperty("limit");
    const begun = await hopper(["events", "-f", "--limit", "2", "-o", "jsonl"], { answers });
    expect(paramsOf(begun, "events")[0]).toMatchObject({ last: 2, follow: true });
    expect(paramsOf(begun, "events")[0]).not.toHaveProperty("limit");
    const lines = await hopper(["events", "-f", "-o", "jsonl"], { answers });
    expect(paramsOf(lines, "events")[0]).toMatchObject({ follow: true });
    const whole = await hopper(["events", "-f", "-oyaml"], { answers });
    expect(whole).toMatchObject({
      code: 2,
      err: "error: -f has no end, and yaml is one whole\nfix: hopper events -f -o jsonl\n",
    });
    const before = await hopper(["events", "-f"], { answers: { ...answers, events: [] } });
    expect(before.calls.findLast(([verb]) => verb === "events")?.[1]).toMatchObject({ since: "0" });
  });

  it("is {items, cursor} as json, every event as jsonl, cursors as name", async () => {
    const json = await hopper(["events", "--json", "--since", "5m"], { answers });
    expect(JSON.parse(json.out)).toMatchObject({ items: [{ cursor: "c1" }, {}, {}], cursor: "c3" });
    const lines = await hopper(["events", "-o", "jsonl"], { answers });
    expect(lines.out.trim().split("\n")).toHaveLength(3);
    expect(paramsOf(lines, "events")[0]).toMatchObject({ limit: undefined });
    expect((await hopper(["events", "-o", "name"], { answers })).out).toBe("c1\nc2\nc3\n");
  });

  it("says so when there are none, and stops for a reader that is gone", async () => {
    const none = await hopper(["events"], { answers: { events: [] } });
    expect(none).toMatchObject({ code: 0, out: "", err: "no events\n" });
    expect(
      JSON.parse((await hopper(["events", "--json", "--since", "c9"], { answers: { events: [] } })).out),
    ).toEqual({ items: [], cursor: "c9" });
    const gone = await hopper(["events", "-o", "jsonl"], { answers, closedAfter: 1 });
    expect(gone.out.trim().split("\n")).toHaveLength(1);
  });
});

describe("run and demo", () => {
  it("hand the plan to its runner, with what was said", async () => {
    const cwd = folderWithStore();
    const ran = await hopper(
      ["run", "my.plan.yaml", "--once", "--resume", "--workers", "3", "--keep", "--temp", "--quiet"],
      {
        cwd,
        onPlan: () => 1,
      },
    );
    expect(ran.code).toBe(1);
    expect(paramsOf(ran, "plan")[0]).toMatchObject({
      plan: join(cwd, "my.plan.yaml"),
      once: true,
      resume: true,
      new: false,
      workers: 3,
      dryRun: false,
      keep: true,
      temp: true,
      place: {
        url: `sqlite:${join(cwd, ".hopper", "hopper.db")}`,
        shown: join(cwd, ".hopper"),
        origin: null,
        mend: undefined,
      },
      output: "table",
      quiet: true,
    } satisfies Partial<PlanArgs>);
  });

  it("run by themselves in the nearest store", async () => {
    const ran = await hopper(["run", "/p.yaml", "--dry-run", "--new", "--json"]);
    expect(paramsOf(ran, "plan")[0]).toMatchObject({
      temp: false,
      dryRun: true,
      new: true,
      workers: null,
      output: "json",
    });
  });

  it("say that --keep adds nothing where the data stays anyway, and keep a temporary folder", async () => {
    const cwd = folderWithStore();
    const stays = await hopper(["run", "p.yaml", "--keep"], { cwd });
    expect(stays).toMatchObject({
      code: 0,
      err: `note: --keep has no effect here: the data is in ${join(cwd, ".hopper")} and stays there\n`,
    });
    expect((await hopper(["run", "p.yaml", "--keep", "--quiet"], { cwd })).err).toBe("");
    expect((await hopper(["run", "p.yaml"], { cwd })).err).toBe("");
    for (const argv of [
      ["run", "p.yaml", "--temp", "--keep"],
      ["demo", "--keep"],
    ])
      expect(await hopper(argv, { cwd })).toMatchObject({ code: 0, err: "" });
    expect((await hopper(["run", "--help"])).out).toContain("other data stays anyway");
  });

  it("find the example of the demo", async () => {
    const ran = await hopper(["demo", "--once"]);
    expect(paramsOf(ran, "plan")[0]).toMatchObject({ temp: true, once: true });
    expect((paramsOf(ran, "plan")[0] as PlanArgs).plan).toMatch(/\/examples\/hello\.plan\.yaml$/);
  });
});

describe("help", () => {
  it("lists the exit codes", async () => {
    const ran = await hopper(["help", "exit-codes"]);
    expect(ran.out).toContain("  3  not found\n");
    expect(ran.out).toContain("130  interrupted\n");
    expect(JSON.parse((await hopper(["help", "exit-codes", "--json"])).out)).toMatchObject({
      items: [{ code: 0, meaning: "ok" }, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}],
    });
  });

  it("is the same by every way to ask for it", async () => {
    const asked = await hopper(["task", "add", "--help"]);
    expect(asked).toMatchObject({ code: 0, err: "" });
    expect(asked.out).toMatch(/^Usage: hopper task add TITLE \[options\]\n/);
    expect((await hopper(["help", "task", "add"])).out).toBe(asked.out);
    expect((await hopper(["task", "add", "x", "-h"])).out).toBe(asked.out);
    expect((await hopper(["help"])).out).toBe((await hopper(["--help"])).out);
  });

  it("is shown for hopper alone and a noun alone, with exit 2", async () => {
    const alone = await hopper([]);
    expect(alone.code).toBe(2);
    expect(alone.out).toMatch(/^Usage: hopper COMMAND\n/);
    const noun = await hopper(["instance"]);
    expect(noun.code).toBe(2);
    expect(noun.out).toMatch(/^Usage: hopper instance COMMAND\n/);
  });

  it("names no command that is not there yet", async () => {
    const { out } = await hopper(["--help"]);
    for (const later of ["up", "down", "repl", "worker", "webhook", "token", "backup"])
      expect(out).not.toMatch(new RegExp(`^ {2}${later}\\b`, "m"));
  });

  it("hides what is only for scripts, and shows an option once", async () => {
    const { out } = await hopper(["run", "--help"]);
    expect(out).not.toContain("--temp");
    const create = (await hopper(["instance", "create", "--help"])).out;
    expect(create.match(/--config/g)).toHaveLength(2); // the option and its example
  });

  it("fits the terminal", async () => {
    const { out } = await hopper(["task", "--help"], { terminal: { columns: 50 } });
    for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(60);
  });

  it("says the version", async () => {
    expect((await hopper(["--version"])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe("dead-letter", () => {
  const letter = {
    id: "12",
    toInstanceId: "global-id",
    fromInstanceId: null,
    type: "task.return",
    taskId: "T-1",
    error: "boom",
    at: "2026-01-02T03:04:05.000Z",
    times: 2,
  };
  const answers = {
    "deadLetters.list": list([letter, { ...letter, id: "11", toInstanceId: null, taskId: null }]),
    "deadLetters.redrive": letter,
    "instances.get": instanceView({ name: "global" }),
    "tasks.get": taskView(),
  };

  it("list shows what failed, for whom and why", async () => {
    const ran = await hopper(["dead-letter", "list"], { answers });
    expect(ran).toMatchObject({
      code: 0,
      out: [
        "ID  AT                        TO      TYPE         TASK  TRIES  ERROR",
        "12  2026-01-02T03:04:05.000Z  global  task.return  T-1   2      boom",
        "11  2026-01-02T03:04:05.000Z  -       task.return  -     2      boom",
        "",
      ].join("\n"),
    });
    const none = await hopper(["dead-letter", "list"], { answers: { "deadLetters.list": list([]) } });
    expect(none).toMatchObject({ code: 0, err: "no dead letters\n" });
  });

  it("redrive hands it over again and says to whom", async () => {
    const ran = await hopper(["dead-letter", "redrive", "12"], { answers });
    expect(ran).toMatchObject({ code: 0, out: "12 task.return of T-1 was handed to global again\n" });
    expect(paramsOf(ran, "deadLetters.redrive")).toEqual(["12", { by: "cli:ada" }]);
    const desk = await hopper(["dead-letter", "redrive", "11"], {
      answers: { "deadLetters.redrive": { ...letter, toInstanceId: null, taskId: null } },
    });
    expect(desk.out).toBe("12 task.return was handed to the desk again\n");
  });

  it("redrive of one that is not there helps to find it", async () => {
    const missing = new HopperError("not_found", 404, 'there is no dead letter "7"', { field: "id" });
    const ran = await hopper(["dead-letter", "redrive", "7"], {
      answers: { "deadLetters.redrive": missing },
    });
    expect(ran).toMatchObject({
      code: 3,
      err: 'error: there is no dead letter "7"\nfix: hopper dead-letter list\n',
    });
  });
});
