import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { folderWithStore, hopper, paramsOf, StoreError, temporaryFolder } from "./support/fake.ts";
import { instanceView, list, stats, taskView } from "./support/views.ts";

describe("a command line that is not understood", () => {
  it.each<[string[], string, string]>([
    [["instanc", "list"], 'there is no command "instanc"; did you mean instance?', "hopper instance list"],
    [
      ["instance", "crate", "x"],
      'there is no command "instance crate"; did you mean instance create?',
      "hopper instance create x",
    ],
    [["frobnicate"], 'there is no command "frobnicate"', "hopper --help"],
    [["task", "frobnicate"], 'there is no command "task frobnicate"', "hopper task --help"],
    [["--jsn"], "hopper has no option --jsn; did you mean --json?", "hopper --help"],
    [["--zzzzzz=1"], "hopper has no option --zzzzzz", "hopper --help"],
    [
      ["task", "add", "x", "--prioritty", "high"],
      "hopper task add has no option --prioritty; did you mean --priority?",
      "hopper task add x --priority high",
    ],
    [
      ["task", "add", "x", "--prio=high"],
      "hopper task add has no option --prio; did you mean --priority?",
      "hopper task add x --priority=high",
    ],
    [
      ["task", "add", "x", "--qqqqqqqq"],
      "hopper task add has no option --qqqqqqqq",
      "hopper task add --help",
    ],
    [["task", "add", "x", "-q"], "hopper task add has no option -q", "hopper task add --help"],
    [["task", "add"], "hopper task add needs TITLE", "hopper task add --help"],
    [["task", "status", "T-1"], "hopper task status needs TASK STATUS", "hopper task status --help"],
    [["task", "add", "x", "y"], 'hopper task add does not take "y"', "hopper task add --help"],
    [["task", "fail", "T-1"], "hopper task fail needs --error", "hopper task fail --help"],
    [
      ["task", "fail", "T-1", "--eror", "boom"],
      "hopper task fail has no option --eror; did you mean --error?",
      "hopper task fail T-1 --error boom",
    ],
    [["ls"], 'there is no command "ls"; did you mean task list?', "hopper task list"],
    [["ps", "--quiet"], 'there is no command "ps"; did you mean status?', "hopper status --quiet"],
    [
      ["task", "rm", "T-1"],
      'there is no command "task rm"; did you mean task cancel?',
      "hopper task cancel T-1",
    ],
    [
      ["instance", "ls"],
      'there is no command "instance ls"; did you mean instance list?',
      "hopper instance list",
    ],
    [
      ["init"],
      'there is no command "init"; did you mean instance create global --scope global --start?',
      "hopper instance create global --scope global --start",
    ],
    [["task", "add", "x", "--tag"], "--tag needs a value", "hopper task add --help"],
    [["task", "assign", "T-1", "--to", "--quiet"], "--to needs a value", "hopper task assign --help"],
    [
      ["task", "reassign", "T-1", "--to", "a", "--to", "b"],
      "--to was given 2 times; it takes one value",
      "hopper task reassign --help",
    ],
    [
      ["task", "list", "--limit", "ten"],
      '--limit is "ten"; a whole number is accepted',
      "hopper task list --help",
    ],
    [
      ["task", "list", "--limit", "-1"],
      '--limit is "-1"; a whole number is accepted',
      "hopper task list --help",
    ],
    [
      ["task", "wait", "T-1", "--timeout", "soon"],
      '--timeout is "soon"; a duration such as',
      "hopper task wait --help",
    ],
    [["task", "add", "x", "--payload", "{"], "--payload is not JSON:", "hopper task add --help"],
    [
      ["task", "list", "-o", "tabel"],
      '--output is "tabel"; table, json, jsonl, yaml, name, wide are accepted; did you mean table?',
      "hopper task list -o table",
    ],
    [
      ["delegation", "list", "--direction", "sideways"],
      '--direction is "sideways"; incoming, outgoing, all are accepted',
      "hopper delegation list --help",
    ],
  ])("%j", async (argv, error, fix) => {
    const ran = await hopper(argv);
    expect(ran.code).toBe(2);
    expect(ran.out).toBe("");
    expect(ran.err).toContain(`error: ${error}`);
    expect(ran.err.trim().split("\n").at(-1)).toBe(`fix: ${fix}`);
    expect(ran.calls).toEqual([]);
  });

  it.each([
    ["--json", "task", "add"],
    ["task", "add", "-o", "json"],
    ["task", "add", "--output=jsonl"],
    ["task", "add", "-ojson"],
  ])("is a problem for machines: %s %s %s", async (...argv) => {
    const ran = await hopper(argv.filter((word) => word !== undefined));
    expect(ran).toMatchObject({ code: 2, out: "" });
    expect(JSON.parse(ran.err)).toMatchObject({
      type: "urn:hopper:problem:usage",
      status: 400,
      code: "usage",
      detail: "hopper task add needs TITLE",
      fix: "hopper task add --help",
    });
  });

  it("keeps its words after options that take a value", async () => {
    const ran = await hopper(["-o", "json", "--data", ".hopper", "instance", "list"], {
      answers: { "instances.list": list([]) },
    });
    expect(ran.code).toBe(0);
  });
});

describe("where the data is", () => {
  it("a command that only reads says that there is no store", async () => {
    const cwd = temporaryFolder();
    const ran = await hopper(["instance", "list"], { cwd });
    expect(ran).toMatchObject({ code: 3, out: "", calls: [] });
    expect(ran.err).toBe(
      `error: there is no store in ${join(cwd, ".hopper")}; the first instance or task creates one\nfix: hopper instance create global --scope global\n`,
    );
  });

  it("a command that changes what is there does not create a store either", async () => {
    expect((await hopper(["task", "complete", "T-1"], { cwd: null })).code).toBe(3);
    expect((await hopper(["instance", "start", "x"], { cwd: null })).code).toBe(3);
  });

  it("a command that would create it is checked first", async () => {
    const scope = await hopper(["instance", "create", "x", "--scope", "galaxy"], { cwd: null });
    expect(scope).toMatchObject({ code: 2, out: "", calls: [] });
    expect(scope.err).toContain("galaxy");
    expect(await hopper(["task", "add", ""], { cwd: null })).toMatchObject({ code: 2, calls: [] });
  });

  it("is the nearest .hopper upward, and a file of that name is none", async () => {
    const folder = folderWithStore();
    const below = join(folder, "a", "b");
    mkdirSync(below, { recursive: true });
    writeFileSync(join(below, ".hopper"), "a file");
    const ran = await hopper(["status", "--json"], { cwd: below, answers: { stats: stats() } });
    expect(JSON.parse(ran.out)).toMatchObject({ data: join(folder, ".hopper") });
  });

  it("is the one that is named, also in the fix", async () => {
    const folder = folderWithStore();
    const answers = { "instances.list": list([]) };
    const ran = await hopper(["--data", join(folder, ".hopper"), "instance", "list"], { cwd: null, answers });
    expect(ran.code).toBe(0);
    expect(paramsOf(ran, "open:read")[0]).toMatchObject({
      store: `sqlite:${join(folder, ".hopper", "hopper.db")}`,
      mode: "read",
    });
    const none = await hopper(["instance", "list", "--data", "else where"], { cwd: null });
    expect(none.err).toContain("fix: hopper instance create global --scope global --data 'else where'\n");
  });

  it.each([
    ["a file", true],
    ["nothing", false],
  ])("is no folder when %s is named", async (_name, file) => {
    const folder = temporaryFolder();
    const data = file ? join(folder, "f") : "";
    if (file) writeFileSync(data, "");
    const ran = await hopper(["instance", "list", "--data", data], { cwd: folder });
    expect(ran.code).toBe(2);
    expect(ran.err).toContain("which is not a folder");
  });

  it("takes its settings from what is named, or from where the data is", async () => {
    const cwd = folderWithStore();
    const answers = { "instances.list": list([]) };
    const configOf = async (argv: string[], env: Record<string, string> = {}) =>
      (
        paramsOf(await hopper(["instance", "list", ...argv], { cwd, answers, env }), "open:read")[0] as {
          config: unknown;
        }
      ).config;
    for (const name of ["my.yaml", "other.yaml"]) writeFileSync(join(cwd, name), "");
    const folders = { dataFolder: join(cwd, ".hopper"), workingFolder: cwd };
    expect(await configOf([])).toMatchObject({ file: undefined, ...folders });
    expect(await configOf(["--config", "my.yaml"])).toMatchObject({ file: join(cwd, "my.yaml"), ...folders });
    expect(await configOf([], { HOPPER_CONFIG: "other.yaml" })).toMatchObject({
      file: join(cwd, "other.yaml"),
    });
  });
});

describe("a store that cannot be opened", () => {
  it.each<[string, number, RegExp]>([
    ["not_permitted", 5, /fix: ls -ld/],
    ["directory", 5, /fix: ls -ld/],
    ["foreign", 9, /fix: file /],
    ["damaged", 9, /fix: ls -l /],
    ["newer", 9, /fix: npm install hopper-runtime@latest/],
    ["missing", 3, /fix: hopper instance create/],
    ["bad_url", 8, /fix: ls -l/],
    ["something_new", 1, /fix: ls -l/],
  ])("%s is exit %i", async (kind, code, fix) => {
    const ran = await hopper(["instance", "list"], {
      onOpen: () => {
        throw new StoreError(kind, `it is ${kind}`);
      },
    });
    expect(ran.code).toBe(code);
    expect(ran.err).toContain(`error: it is ${kind}\n`);
    expect(ran.err).toMatch(fix);
  });

  it("is waited for when another process has it, for five seconds", async () => {
    let tries = 0;
    const ran = await hopper(["instance", "list"], {
      answers: { "instances.list": list([]) },
      onOpen: () => {
        tries += 1;
        if (tries < 20) throw new StoreError("locked", "in use", 1234);
      },
    });
    expect(ran.code).toBe(0);
    const busy = await hopper(["task", "add", "x"], {
      onOpen: () => {
        throw new StoreError("locked", "the store is in use", 1234);
      },
    });
    expect(busy.code).toBe(5);
    expect(busy.err).toBe(
      "error: the store is in use (process 1234)\nfix: ps -p 1234    (run this again when it has ended; reading works meanwhile)\n",
    );
    expect(busy.calls.length).toBeGreaterThan(50);
  });

  it("names the holder once, and helps when it is not known", async () => {
    const fail = (error: Error) =>
      hopper(["task", "add", "x", "--json"], {
        onOpen: () => {
          throw error;
        },
      });
    const named = await fail(new StoreError("locked", "in use by process 77", 77));
    expect(JSON.parse(named.err)).toMatchObject({
      detail: "in use by process 77",
      pid: 77,
      kind: "locked",
      status: 503,
    });
    const unnamed = await fail(new StoreError("locked", "in use"));
    expect((JSON.parse(unnamed.err) as { fix: string }).fix).toMatch(/^hopper status/);
  });

  it("because it fails under the command ends it at once, in words and as a problem", async () => {
    let fail: ((error: Error) => void) | undefined;
    const failing = (...argv: string[]) =>
      hopper(argv, {
        answers: {
          "tasks.add": () => {
            fail?.(new StoreError("failed", "/data/hopper.db: The store failed (disk I/O error)"));
            return new Promise(() => undefined);
          },
        },
        onOpen: ({ onFatal }) => {
          fail = onFatal;
        },
      });
    const told = await failing("task", "add", "x");
    expect(told).toMatchObject({ code: 9, out: "" });
    expect(told.err).toBe(
      "error: /data/hopper.db: The store failed (disk I/O error)\n" +
        "fix: hopper doctor    (look at the disk first: dmesg | tail; what was not printed may have happened)\n",
    );
    expect(told.calls.at(-1)?.[0]).toBe("close");
    const json = await failing("task", "add", "x", "--json");
    expect(JSON.parse(json.err)).toMatchObject({ code: "store_damaged", kind: "failed" });
  });

  it("because it is of an older Hopper is brought up to date by its owner, also for who only reads", async () => {
    const modes: string[] = [];
    const older = new StoreError("older", "it has schema 1");
    const ran = await hopper(["instance", "list"], {
      answers: { "instances.list": list([]) },
      onOpen: ({ mode }) => {
        modes.push(mode);
        if (mode === "read") throw older;
      },
    });
    expect([ran.code, modes]).toEqual([0, ["read", "own"]]);
    const owned = await hopper(["instance", "list"], {
      onOpen: ({ mode }) => {
        throw mode === "read" ? older : new StoreError("locked", "in use", 77);
      },
    });
    expect(owned).toMatchObject({ code: 5, err: expect.stringContaining("(process 77)") as string });
  });

  it("stops waiting when it is interrupted", async () => {
    const stop = new AbortController();
    const ran = await hopper(["task", "add", "x"], {
      signal: stop.signal,
      onOpen: () => {
        stop.abort();
        throw new StoreError("locked", "in use");
      },
    });
    expect(ran).toMatchObject({ code: 130, err: "" });
  });
});

describe("who asks", () => {
  it.each<[Record<string, string>, string]>([
    [{ USER: "", LOGNAME: "" }, "cli:unknown"],
    [{ USER: "", LOGNAME: "eve" }, "cli:eve"],
    [{ USER: "bob" }, "cli:bob"],
  ])("%o is %s", async (env, by) => {
    const ran = await hopper(["instance", "start", "x"], {
      env,
      answers: { "instances.start": instanceView(), "instances.get": instanceView() },
    });
    expect(paramsOf(ran, "instances.start")[1]).toEqual({ by });
  });
});

describe("a terminal", () => {
  it("gets colours, a pipe does not", async () => {
    const answers = { "tasks.get": taskView({ status: "done" }), "tasks.complete": taskView() };
    const piped = await hopper(["task", "complete", "T-1"], { answers });
    expect(piped.out).toBe("T-1 done\n");
    const shown = await hopper(["task", "complete", "T-1"], { answers, terminal: { columns: 80 } });
    expect(shown.out).toBe("T-1 \u001B[32mdone\u001B[39m\n");
    const plain = await hopper(["task", "complete", "T-1"], {
      answers,
      terminal: { columns: 80 },
      env: { NO_COLOR: "1" },
    });
    expect(plain.out).toBe("T-1 done\n");
  });
});
