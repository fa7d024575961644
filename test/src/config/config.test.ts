import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HopperError } from "../../../machines/errors.ts";
import { DEFAULT_SETTINGS } from "../../../machines/settings.ts";
import { loadConfiguration, type ConfigurationSources } from "../../../src/config/config.ts";
import { readConfigText } from "../../../src/config/text.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hopper-config-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
  return path;
}

function refusalOf(run: () => unknown): HopperError {
  try {
    run();
  } catch (error) {
    if (error instanceof HopperError) return error;
    throw error;
  }
  throw new Error("it was accepted");
}

const load = (sources: ConfigurationSources = {}) => loadConfiguration(sources);
const refused = (sources: ConfigurationSources) => refusalOf(() => load(sources));
const originOf = (sources: ConfigurationSources, path: string) =>
  load(sources).entries.find((entry) => entry.path === path)?.origin;

describe("without any source", () => {
  test("the defaults hold", () => {
    const configuration = load();
    expect(configuration.settings).toEqual(DEFAULT_SETTINGS);
    expect(configuration).toMatchObject({ store: null, logLevel: "info", files: [] });
    expect(new Set(configuration.entries.map(({ origin }) => origin))).toEqual(new Set(["default"]));
  });
});

describe("what it sets", () => {
  test("every section has its effect", () => {
    const content = {
      store: "sqlite:work.db",
      scopes: { project: { capabilities: ["a"], max_concurrent_tasks: 3 }, GLOBAL: { unmatched: "hold" } },
      delegation: {
        routed_expiry_ms: "2m",
        manual_expiry_ms: "1d",
        round_backoff_ms: 10,
        round_backoff_max_ms: "20",
      },
      tasks: { max_attempts: 5, retry_backoff_ms: 1, retry_backoff_max_ms: 2, max_lease_losses: 0 },
      workers: { lease_seconds: "1m", heartbeat_seconds: 7.5 },
      logging: { level: "Debug" },
    };
    expect(load({ content })).toMatchObject({
      store: "sqlite:work.db",
      logLevel: "debug",
      settings: {
        delegation: {
          routedExpiryMs: 120_000,
          manualExpiryMs: 86_400_000,
          roundBackoffMs: 10,
          roundBackoffMaxMs: 20,
        },
        tasks: { maxAttempts: 5, retryBackoffMs: 1, retryBackoffMaxMs: 2, maxLeaseLosses: 0 },
        workers: { leaseMs: 60_000, heartbeatMs: 7_500, handLeaseMs: DEFAULT_SETTINGS.workers.handLeaseMs },
        scopes: { PROJECT: { capabilities: ["a"], max_concurrent_tasks: 3 }, GLOBAL: { unmatched: "hold" } },
      },
    });
  });

  test("the store may be a section", () => {
    expect(load({ content: { store: { url: "sqlite:x.db" } } }).store).toBe("sqlite:x.db");
  });

  test("a shorter lease has a shorter heartbeat, unless one is set", () => {
    expect(load({ content: { workers: { lease_seconds: 30 } } }).settings.workers.heartbeatMs).toBe(10_000);
    expect(load({ content: { workers: { lease_seconds: 90 } } }).settings.workers.heartbeatMs).toBe(30_000);
    expect(
      load({ content: { workers: { lease_seconds: 30, heartbeat_seconds: 20 } } }).settings.workers
        .heartbeatMs,
    ).toBe(20_000);
  });

  test("an empty source says nothing", () => {
    expect(load({ content: null }).settings).toEqual(DEFAULT_SETTINGS);
    expect(load({ content: { tasks: {}, scopes: {} } }).settings).toEqual(DEFAULT_SETTINGS);
  });
});

describe("what is wrong in it", () => {
  const table: [string, unknown, string][] = [
    ["an unknown section", { taks: {} }, "config: taks is not a known field; did you mean tasks?"],
    [
      "a section that is not built",
      { webhooks: {} },
      "config: webhooks is not a known field; accepted are store, scopes, delegation, tasks, workers, logging",
    ],
    [
      "an unknown key",
      { tasks: { max_atempts: 3 } },
      "config: tasks.max_atempts is not a known field; did you mean max_attempts?",
    ],
    [
      "an unknown scope",
      { scopes: { PROJCT: {} } },
      "config: scopes.PROJCT is not a known field; did you mean PROJECT?",
    ],
    [
      "an unknown key of a scope",
      { scopes: { project: { max_concurent_tasks: 3 } } },
      "config: scopes.PROJECT.max_concurent_tasks is not a known field; did you mean max_concurrent_tasks?",
    ],
    [
      "a bad value of a scope",
      { scopes: { project: { max_concurrent_tasks: 0 } } },
      "config: scopes.PROJECT.max_concurrent_tasks is the number 0; a whole number from 1 to 1000000 is accepted",
    ],
    ["a list", [], "config: the input is a list; a section (keys with values) is accepted"],
    ["a text", "x", 'config: the input is "x"; a section (keys with values) is accepted'],
    [
      "a section that is a number",
      { tasks: 5 },
      "config: tasks is the number 5; a section (keys with values) is accepted",
    ],
    [
      "scopes that are a list",
      { scopes: [] },
      "config: scopes is a list; a section (keys with values) is accepted",
    ],
    [
      "scopes that are null",
      { scopes: null },
      "config: scopes is null; a section (keys with values) is accepted",
    ],
    [
      "a store that is a number",
      { store: 5 },
      "config: store is the number 5; text such as sqlite:work.db is accepted",
    ],
    [
      "no attempts",
      { tasks: { max_attempts: 0 } },
      "config: tasks.max_attempts is the number 0; a whole number from 1 to 1000 is accepted",
    ],
    [
      "a length in words",
      { delegation: { routed_expiry_ms: "long" } },
      'config: delegation.routed_expiry_ms is "long"; 1 to 31536000000 milliseconds, or a duration such as 250ms, 30s, 5m or 1h30m, is accepted',
    ],
    [
      "a level",
      { logging: { level: "loud" } },
      'config: logging.level is "loud"; accepted are fatal, error, warn, info, debug, trace, silent',
    ],
    ["a function", { store: () => 1 }, "config: store is a function, which JSON cannot say"],
    [
      "a backoff beyond its limit",
      { tasks: { retry_backoff_ms: "10m" } },
      "config: tasks.retry_backoff_ms is 600000 (config) and tasks.retry_backoff_max_ms is 300000 (default); the first must not be the greater one",
    ],
    [
      "a limit below the backoff",
      { delegation: { round_backoff_max_ms: 5 } },
      "config: delegation.round_backoff_ms is 1000 (default) and delegation.round_backoff_max_ms is 5 (config); the first must not be the greater one",
    ],
    [
      "two things",
      { taks: {}, store: 5 },
      "config: taks is not a known field; did you mean tasks? (and 1 more)",
    ],
  ];
  test.each(table)("%s is refused", (_what, content, detail) => {
    expect(refused({ content })).toMatchObject({ code: "bad_configuration", status: 422, detail });
  });
});

describe("files", () => {
  test("are looked for in the data folder, then in the current one", () => {
    const own = put("data/hopper.yaml", "tasks: { max_attempts: 4 }\n");
    const here = put("work/hopper.json", '{ "tasks": { "max_attempts": 5 } }');
    const both = { dataFolder: join(folder, "data"), workingFolder: join(folder, "work") };
    expect(load(both)).toMatchObject({ settings: { tasks: { maxAttempts: 4 } }, files: [own] });
    expect(load({ ...both, dataFolder: join(folder, "empty") })).toMatchObject({
      settings: { tasks: { maxAttempts: 5 } },
      files: [here],
    });
    expect(load({ dataFolder: folder, workingFolder: folder }).files).toEqual([]);
    expect(originOf(both, "tasks.max_attempts")).toBe(`${own}:1:10`);
  });

  test("may be empty, or nothing but remarks", () => {
    expect(load({ file: put("hopper.yaml", "") }).settings).toEqual(DEFAULT_SETTINGS);
    expect(load({ file: put("hopper.yaml", "# nothing yet\n") }).settings).toEqual(DEFAULT_SETTINGS);
    expect(load({ file: put("hopper.json", " \n") }).settings).toEqual(DEFAULT_SETTINGS);
    expect(
      load({ file: put("hopper.yaml", "\uFEFFtasks: { max_attempts: 4 }") }).settings.tasks.maxAttempts,
    ).toBe(4);
  });

  test("that were named and are not there are the caller's mistake, not the file's", () => {
    const error = refused({ file: join(folder, "none.yaml") });
    expect(error.code).toBe("validation_failed");
    expect(error.detail).toMatch(/none\.yaml cannot be read: there is no such file$/);
  });

  test("say where each mistake stands", () => {
    const file = put(
      "hopper.yaml",
      "tasks:\n  max_attempts: 3\n  max_lease_loses: 4\nscopes:\n  Project:\n    fallback: hld\n",
    );
    const error = refused({ file });
    expect(error.detail).toBe(
      `${file}:3:3: tasks.max_lease_loses is not a known field; did you mean max_lease_losses? (and 1 more)`,
    );
    expect(error.facts).toMatchObject({
      file,
      line: 3,
      column: 3,
      issues: [
        { path: "tasks.max_lease_loses", suggestion: "max_lease_losses", file, line: 3, column: 3 },
        { path: "scopes.PROJECT.fallback", suggestion: "hold", file, line: 6, column: 5 },
      ],
    });
  });

  test("say where it is in lists, and at the start when nowhere", () => {
    const file = put("hopper.yaml", "scopes:\n  GLOBAL:\n    capabilities:\n      - a\n      - 5\n");
    expect(refused({ file }).detail).toContain(`${file}:5:9: scopes.GLOBAL.capabilities[1] is the number 5`);
    expect(refused({ file: put("list.yaml", "- a\n") }).detail).toContain(
      "list.yaml:1:1: the input is a list",
    );
  });

  const unreadable: [string, string, string][] = [
    ["hopper.yaml", "tasks:\n\tmax_attempts: 3\n", "hopper.yaml:2:1: Tabs are not allowed as indentation"],
    [
      "hopper.yaml",
      "tasks: {\n",
      "hopper.yaml:2:1: Flow map in block collection must be sufficiently indented",
    ],
    ["hopper.yaml", "store: a\nstore: b\n", "hopper.yaml:2:1: Map keys must be unique"],
    ["hopper.yaml", "store: a\n---\nstore: b\n", "hopper.yaml:2:1: Source contains multiple documents"],
    ["hopper.yaml", "store: !!js/function x\n", "hopper.yaml:1:8: Unresolved tag"],
    ["hopper.yaml", "store: *nobody\n", "hopper.yaml:1:8: Unresolved alias"],
    ["hopper.json", '{\n  "store": "a",\n}', "hopper.json:3:1: Expected double-quoted property name"],
    ["hopper.json", '{ "store": ', "hopper.json:1:12: Unexpected end of JSON input"],
    ["hopper.json", '{ "a": "x", "store": nul }', "hopper.json:1:25: Unexpected token ' '"],
    ["hopper.json", '{ "a": [1, 2, "y"],\n  "b": -, "c": 3 }', "hopper.json:2:9: No number after minus sign"],
    ["hopper.json", '{ "a": "unfinished', "hopper.json:1:19: Unterminated string"],
    ["hopper.json", '{ "a": 1 } x', "hopper.json:1:12: Unexpected non-whitespace character after JSON"],
    ["hopper.json", "store: a", "hopper.json:1:1: Unexpected token 's'"],
  ];
  test.each(unreadable)("%s with %j is refused with its place", (name, text, expected) => {
    const error = refused({ file: put(name, text) });
    expect(error.code).toBe("bad_configuration");
    expect(error.detail).toContain(expected);
  });

  test("in JSON with tabs are read and have places", () => {
    const file = put("hopper.json", '{\n\t"tasks": {\n\t\t"max_attempts": 0\n\t}\n}\n');
    expect(refused({ file }).facts).toMatchObject({ line: 3, column: 3 });
  });

  test("that grow when they are read are refused", () => {
    const rows = ["a: &a [x,x,x,x,x,x,x,x,x]"];
    for (const [name, before] of ["ba", "cb", "dc", "ed", "fe"])
      rows.push(`${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join(",")}]`);
    expect(refused({ file: put("hopper.yaml", rows.join("\n")) }).detail).toMatch(/Excessive alias count/);
    expect(refusalOf(() => readConfigText("#".repeat(1_048_577), "big.yaml")).detail).toContain(
      "larger than 1048576 bytes",
    );
  });

  test("that do not know a path say where the nearest part of it stands", () => {
    const text = readConfigText("a:\n  b: [1]\n", "x.yaml");
    expect(text.place([])).toEqual({ line: 1, column: 1 });
    expect(text.place(["a", "c"])).toEqual({ line: 1, column: 1 });
    expect(text.place(["a", "b", 0])).toEqual({ line: 2, column: 7 });
    expect(text.place(["a", "b", 0, "deep"])).toEqual({ line: 2, column: 7 });
    expect(readConfigText("", "x.yaml").place(["a"])).toEqual({ line: 1, column: 1 });
  });
});

describe("the files the reference names", () => {
  test("are read beside hopper.yaml, which wins over them", () => {
    const file = put("hopper.yaml", "scopes: { PROJECT: { fallback: handle } }\n");
    const scopes = put("scope_behaviors.yaml", "project:\n  fallback: hold\n  unmatched: hold\n");
    const policies = put("delegation_policies.yaml", "delegation:\n  routed_expiry_ms: 5s\n");
    const configuration = load({ dataFolder: folder });
    expect(configuration.files).toEqual([scopes, policies, file]);
    expect(configuration.settings.scopes).toEqual({ PROJECT: { fallback: "handle", unmatched: "hold" } });
    expect(configuration.settings.delegation.routedExpiryMs).toBe(5_000);
    expect(originOf({ dataFolder: folder }, "scopes.PROJECT.unmatched")).toBe(`${scopes}:3:3`);
    expect(originOf({ dataFolder: folder }, "delegation.routed_expiry_ms")).toBe(`${policies}:2:3`);
  });

  test("are read in the data folder when there is no hopper.yaml, and may be empty", () => {
    put("scope_behaviors.yaml", "scopes:\n  GLOBAL: { auto_delegate: false }\n");
    put("delegation_policies.yaml", "");
    expect(load({ dataFolder: folder }).settings.scopes).toEqual({ GLOBAL: { auto_delegate: false } });
  });

  test("say where their mistakes stand", () => {
    const scopes = put("scope_behaviors.yaml", "project:\n  falback: hold\n");
    expect(refused({ dataFolder: folder }).detail).toBe(
      `${scopes}:2:3: scopes.PROJECT.falback is not a known field; did you mean fallback?`,
    );
  });
});

describe("the environment", () => {
  test("wins over the file, and flags over both", () => {
    const file = put("hopper.yaml", "tasks: { max_attempts: 4 }\nstore: sqlite:file.db\n");
    const env = { HOPPER_TASKS_MAX_ATTEMPTS: "5", HOPPER_STORE: "sqlite:env.db" };
    const flags = { "tasks.max_attempts": 6, "logging.level": undefined };
    expect(load({ file, env, flags })).toMatchObject({
      store: "sqlite:env.db",
      settings: { tasks: { maxAttempts: 6 } },
    });
    expect(originOf({ file, env, flags }, "tasks.max_attempts")).toBe("flag");
    expect(originOf({ file, env, flags }, "store")).toBe("HOPPER_STORE");
    expect(originOf({ file, env: {}, flags }, "store")).toBe(`${file}:2:1`);
  });

  test("speaks of numbers, flags, lists and lengths", () => {
    const env = {
      HOPPER_SCOPES_GLOBAL_AUTO_DELEGATE: "false",
      HOPPER_SCOPES_PROJECT_STRICT_CAPABILITIES: "true",
      HOPPER_SCOPES_PROJECT_CAPABILITIES: "react, ui",
      HOPPER_SCOPES_PROJECT_LINGER_SECONDS: "1.5",
      HOPPER_DELEGATION_ROUTED_EXPIRY_MS: "5m",
      HOPPER_LOGGING_LEVEL: "WARN",
      HOPPER_TASKS_MAX_ATTEMPTS: "",
    };
    expect(load({ env })).toMatchObject({
      logLevel: "warn",
      settings: {
        tasks: { maxAttempts: 3 },
        delegation: { routedExpiryMs: 300_000 },
        scopes: {
          GLOBAL: { auto_delegate: false },
          PROJECT: { strict_capabilities: true, capabilities: ["react", "ui"], linger_seconds: 1.5 },
        },
      },
    });
  });

  test("has other variables of ours, which are no settings", () => {
    const env = {
      HOPPER_URL: "x",
      HOPPER_TASK_ID: "x",
      HOPPER_TEST_RUNS: "1",
      HOPPER_DATA: "x",
      PATH: "/bin",
    };
    expect(load({ env }).settings).toEqual(DEFAULT_SETTINGS);
  });

  const wrong: [Record<string, string>, string][] = [
    [
      { HOPPER_TASKS_MAX_ATTEMPS: "5" },
      "environment: HOPPER_TASKS_MAX_ATTEMPS is not a known setting; did you mean HOPPER_TASKS_MAX_ATTEMPTS?",
    ],
    [
      { HOPPER_LOGGING_XYZXYZXYZXYZXYZXYZ: "5" },
      "environment: HOPPER_LOGGING_XYZXYZXYZXYZXYZXYZ is not a known setting",
    ],
    [
      { HOPPER_TASKS_MAX_ATTEMPTS: "many" },
      'HOPPER_TASKS_MAX_ATTEMPTS: tasks.max_attempts is "many"; a whole number from 1 to 1000 is accepted',
    ],
    [
      { HOPPER_TASKS_MAX_ATTEMPTS: "-1" },
      "HOPPER_TASKS_MAX_ATTEMPTS: tasks.max_attempts is the number -1; a whole number from 1 to 1000 is accepted",
    ],
  ];
  test.each(wrong)("%j is refused by its name", (env, detail) => {
    expect(refused({ env })).toMatchObject({ code: "bad_configuration", detail });
  });
});

describe("flags", () => {
  test("are refused like the rest", () => {
    expect(refused({ flags: { "tasks.max_attemps": 3 } }).detail).toBe(
      "flag: tasks.max_attemps is not a known field; did you mean max_attempts?",
    );
    expect(refused({ flags: { "logging.level": "loud" } }).code).toBe("bad_configuration");
  });
});
