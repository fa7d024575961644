import { delimiter, dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { settingsOf, shellEnvironment, withSettings } from "../../../src/workers/shell-environment.ts";

const task = { id: "0199-id", title: 'Say "hi"', instance: "webapp-worker-1", leaseToken: "7" };
const nothing = { cwd: null, env: {}, envFrom: [] };

describe("the environment of a command", () => {
  it("is the list of the design and nothing else", () => {
    const base = {
      PATH: "/bin",
      HOME: "/home/ada",
      LC_TIME: "C",
      SECRET: "s",
      HOPPER_URL: "http://elsewhere",
      LD_PRELOAD: "x",
      TERM: undefined,
    };
    expect(shellEnvironment({ base, settings: nothing, task, url: null })).toEqual({
      PATH: `/bin${delimiter}${dirname(process.execPath)}`,
      HOME: "/home/ada",
      LC_TIME: "C",
      HOPPER_TASK_ID: "0199-id",
      HOPPER_TASK_TITLE: 'Say "hi"',
      HOPPER_INSTANCE: "webapp-worker-1",
      HOPPER_LEASE_TOKEN: "7",
    });
  });

  it("has what env and env_from of the plan add, but not over Hopper's own", () => {
    const settings = { cwd: null, env: { A: "1", HOPPER_TASK_ID: "mine" }, envFrom: ["SECRET", "UNSET"] };
    const env = shellEnvironment({ base: { SECRET: "s" }, settings, task, url: "http://127.0.0.1:1" });
    expect(env).toMatchObject({
      A: "1",
      SECRET: "s",
      HOPPER_TASK_ID: "0199-id",
      HOPPER_URL: "http://127.0.0.1:1",
    });
    expect(env).not.toHaveProperty("UNSET");
    expect(env["PATH"]).toBe(dirname(process.execPath));
  });
});

describe("the settings in a payload", () => {
  it("come back as they were put in, beside what the user put there", () => {
    const settings = { cwd: "/work", env: { A: "1" }, envFrom: ["SECRET"] };
    const payload = withSettings({ mine: true }, settings);
    expect(payload).toEqual({ mine: true, plan: { cwd: "/work", env: { A: "1" }, env_from: ["SECRET"] } });
    expect(settingsOf(payload)).toEqual(settings);
  });

  it.each([
    ["no payload", null],
    ["another payload", { mine: true }],
    ["a list", [1]],
    ["a text", "plan"],
    ["settings of another shape", { plan: { cwd: 3, env: [1], env_from: "A" } }],
    ["no settings", { plan: null }],
  ])("are none for %s", (_what, payload) => {
    expect(settingsOf(payload)).toEqual(nothing);
  });

  it("leave out single values of another shape", () => {
    expect(settingsOf({ plan: { cwd: null, env: { A: "1", B: 2 }, env_from: ["C", 4] } })).toEqual({
      cwd: null,
      env: { A: "1" },
      envFrom: ["C"],
    });
  });
});
