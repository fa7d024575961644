import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "./support/fake.ts";
import { realCommand } from "./support/real.ts";

const CREATE = ["instance", "create", "global", "--scope", "global"];

/** A folder, with a hopper.yaml where one is given, and commands in it. */
function given(yaml?: string, env?: Record<string, string>) {
  const folder = temporaryFolder();
  const file = join(folder, "hopper.yaml");
  if (yaml !== undefined) writeFileSync(file, yaml);
  return { folder, file, hopper: realCommand(folder, env) };
}

describe("given an instance's config with a key that nothing reads", () => {
  const config = JSON.stringify({ capabilites: ["react"], own: 1, child_defaults: { unmached: "hold" } });

  it("when it is created, then a note says so, with the nearest key, and the instance is as asked", async () => {
    const { hopper } = given();
    const ran = await hopper(...CREATE, "--config", config);
    expect(ran).toEqual({
      code: 0,
      out: "global (GLOBAL) [created]\n",
      err:
        "note: config.capabilites is kept, but Hopper does not read it; did you mean capabilities?\n" +
        "note: config.own is kept, but Hopper does not read it\n" +
        "note: config.child_defaults.unmached is kept, but Hopper does not read it; did you mean unmatched?\n",
    });
    const shown = await hopper("instance", "show", "global", "--json");
    expect(JSON.parse(shown.out)).toMatchObject({ config: JSON.parse(config) as object });
  });

  it.each([["--json"], ["--quiet"]])("when %s asks for data only, then nothing is added", async (option) => {
    const { hopper } = given();
    const ran = await hopper(...CREATE, "--config", config, option);
    expect(ran).toMatchObject({ code: 0, err: "" });
  });

  it("when it cannot be created, then the refusal stands alone", async () => {
    const { hopper } = given();
    await hopper(...CREATE);
    const ran = await hopper(...CREATE, "--config", config);
    expect(ran.code).toBe(4);
    expect(ran.err).not.toContain("note:");
  });
});

describe("given an instance's config with a value that has no effect yet", () => {
  it.each([
    ["expires_at", "2030-01-01T00:00:00Z", "nothing ends the instance then"],
    ["ends_at", "2030-01-01T00:00:00Z", "nothing ends the instance then"],
    ["llm_fallback", true, "there is no such fallback"],
  ])("when %s is %j, then a note says so", async (key, value, why) => {
    const { hopper } = given();
    const ran = await hopper(...CREATE, "--config", JSON.stringify({ [key]: value }));
    expect(ran.code).toBe(0);
    expect(ran.err).toMatch(new RegExp(`^note: config\\.${key} has no effect yet: ${why}[^\\n]*\\n$`));
  });

  it.each([
    ["llm_fallback", false],
    ["routing_engine", "rules"],
    ["unmatched", "hold"],
  ])("when %s is %j, then it is as Hopper does it, and nothing is said", async (key, value) => {
    const { hopper } = given();
    expect(await hopper(...CREATE, "--config", JSON.stringify({ [key]: value }))).toMatchObject({ err: "" });
  });
});

describe("given a setting that has no effect yet", () => {
  it("when it stands in hopper.yaml, then every command says so once, with its place", async () => {
    const { file, hopper } = given(
      "logging:\n  level: debug\nscopes: { event: { ends_at: 2030-01-01T00:00:00Z } }\n",
    );
    const notes =
      `note: ${file}:2:3: logging.level has no effect yet: Hopper writes no log\n` +
      `note: ${file}:3:20: scopes.EVENT.ends_at has no effect yet: nothing ends the instance then; terminate it yourself\n`;
    expect(await hopper(...CREATE)).toMatchObject({ code: 0, err: notes });
    expect(await hopper("status", "--data", ".hopper")).toMatchObject({ code: 0, err: notes });
    expect(await hopper("status", "--json")).toMatchObject({ code: 0, err: "" });
  });

  it("when the environment says it, then the variable is named", async () => {
    const { hopper } = given(undefined, { HOPPER_LOGGING_LEVEL: "debug" });
    expect((await hopper(...CREATE)).err).toBe(
      "note: HOPPER_LOGGING_LEVEL: logging.level has no effect yet: Hopper writes no log\n",
    );
  });

  it("when a stronger source asks for what Hopper does, then nothing is said", async () => {
    const { hopper } = given("logging: { level: debug }\n", { HOPPER_LOGGING_LEVEL: "silent" });
    expect(await hopper(...CREATE)).toMatchObject({ code: 0, err: "" });
  });

  it("when it stands in a plan's runtime, then the run says so, with its place", async () => {
    const { folder, hopper } = given();
    writeFileSync(
      join(folder, "p.yaml"),
      `name: one
hierarchy: { name: g, scope: GLOBAL, children: [{ name: p, scope: PROJECT }] }
runtime: { logging: { level: debug }, store: "sqlite:x.db", scopes: { PROJECT: { llm_fallback: true } } }
tasks: [{ key: a, title: A, run: "true" }]
`,
    );
    const ran = await hopper("run", "p.yaml", "--temp");
    expect(ran).toMatchObject({
      code: 0,
      err:
        "note: p.yaml:3:23: runtime.logging.level has no effect yet: Hopper writes no log\n" +
        "note: p.yaml:3:82: runtime.scopes.PROJECT.llm_fallback has no effect yet: there is no such fallback; such tasks are routed by load\n" +
        "note: p.yaml:3:39: runtime.store has no effect: a plan runs in the store of its command; name that by --data, HOPPER_STORE or hopper.yaml\n",
    });
  });
});
