import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "./support/fake.ts";
import { realCommand } from "./support/real.ts";

const CREATE = ["instance", "create", "global", "--scope", "global", "--start"];

/** A folder with a hopper.yaml, and commands in it. */
function given(params: { yaml?: string; env?: Record<string, string>; below?: string }) {
  const folder = temporaryFolder();
  if (params.yaml !== undefined) writeFileSync(join(folder, "hopper.yaml"), params.yaml);
  const cwd = join(folder, params.below ?? "");
  mkdirSync(cwd, { recursive: true });
  return {
    folder,
    hopper: realCommand(cwd, params.env),
    has: (path: string) => existsSync(join(folder, path)),
  };
}

describe("the store of a command", () => {
  it("is the one of hopper.yaml, by its place from that file", async () => {
    const { folder, hopper, has } = given({ yaml: "store: sqlite:work/my.db\n" });
    expect(await hopper(...CREATE)).toMatchObject({ code: 0, err: "" });
    expect([has("work/my.db"), has(".hopper")]).toEqual([true, false]);
    expect((await hopper("instance", "list", "-o", "name")).out).toBe("global\n");
    const status = await hopper("status");
    expect(status.out).toContain(`Data: ${join(folder, "work/my.db")}`);
    expect(JSON.parse((await hopper("status", "--json")).out)).toMatchObject({
      data: join(folder, "work/my.db"),
    });
  });

  it("is found from a folder below, when hopper.yaml lies in the data folder", async () => {
    const { folder, hopper, has } = given({ below: "a/b" });
    mkdirSync(join(folder, ".hopper"));
    writeFileSync(join(folder, ".hopper", "hopper.yaml"), "store: { url: 'sqlite:../my.db' }\n");
    expect((await hopper(...CREATE)).code).toBe(0);
    expect([has("my.db"), has(".hopper/hopper.db")]).toEqual([true, false]);
  });

  it("is the one of HOPPER_STORE before that of the file, by its place from here", async () => {
    const { hopper, has } = given({
      yaml: "store: sqlite:file.db\n",
      env: { HOPPER_STORE: "sqlite:env.db" },
      below: "a",
    });
    expect((await hopper(...CREATE)).code).toBe(0);
    expect([has("a/env.db"), has("file.db"), has("a/.hopper")]).toEqual([true, false, false]);
  });

  it("is the one of --data before all others", async () => {
    const { hopper, has } = given({
      yaml: "store: sqlite:file.db\n",
      env: { HOPPER_STORE: "sqlite:env.db" },
    });
    expect((await hopper(...CREATE, "--data", "flag")).code).toBe(0);
    expect([has("flag/hopper.db"), has("file.db"), has("env.db")]).toEqual([true, false, false]);
    expect((await hopper("instance", "list")).code).toBe(3);
  });

  it("is hopper.db in the data folder, when nothing names one", async () => {
    const { hopper, has } = given({ yaml: "tasks: { max_attempts: 5 }\n", env: { HOPPER_STORE: "" } });
    expect((await hopper(...CREATE)).code).toBe(0);
    expect(has(".hopper/hopper.db")).toBe(true);
  });

  it("may be in memory for a plan, which takes the settings of the file, too", async () => {
    const { folder, hopper, has } = given({
      yaml: "tasks: { max_attempts: 1 }\n",
      env: { HOPPER_STORE: "sqlite::memory:" },
    });
    const plan =
      "name: one\nhierarchy: { name: g, scope: GLOBAL, children: [{ name: p, scope: PROJECT }] }\n";
    writeFileSync(join(folder, "p.yaml"), `${plan}tasks: [{ key: a, title: A, run: "false" }]\n`);
    const ran = await hopper("run", "p.yaml");
    expect(ran).toMatchObject({ code: 1, err: "" });
    expect(ran.out).toContain("(data in memory)");
    expect(ran.out.match(/p ran it/g)).toHaveLength(1);
    expect(has(".hopper")).toBe(false);
  });

  it("is where a plan runs, but for one in a temporary folder", async () => {
    const { folder, hopper, has } = given({ yaml: "store: sqlite:plan.db\n" });
    const plan =
      "name: one\nhierarchy: { name: g, scope: GLOBAL, children: [{ name: p, scope: PROJECT }] }\n";
    writeFileSync(join(folder, "p.yaml"), `${plan}tasks: [{ key: a, title: A, run: "true" }]\n`);
    expect((await hopper("run", "p.yaml", "--temp")).code).toBe(0);
    expect(has("plan.db")).toBe(false);
    const ran = await hopper("run", "p.yaml");
    expect(ran).toMatchObject({ code: 0, err: "" });
    expect(ran.out).toContain(`data in ${join(folder, "plan.db")}`);
    expect([has("plan.db"), has(".hopper")]).toEqual([true, false]);
    expect((await hopper("task", "list", "-o", "name")).out).toBe("T-1\n");
  });
});

describe("a store that is named and", () => {
  it("is not there is said by its file and by what named it, to who only reads", async () => {
    const { folder, hopper, has } = given({ yaml: "store: sqlite:my.db\n" });
    const ran = await hopper("instance", "list");
    expect(ran).toMatchObject({ code: 3, out: "" });
    expect(ran.err).toBe(
      `error: there is no store at ${join(folder, "my.db")} (named by ${join(folder, "hopper.yaml")}:1:1); the first instance or task creates one\n` +
        "fix: hopper instance create global --scope global\n",
    );
    expect(has("my.db")).toBe(false);
  });

  it.each([
    ["postgres://db", "what is not built yet"],
    ["work.db", "a path without its kind"],
    ["sqlite:", "no path"],
  ])("is %j (%s) is refused with what to write instead", async (store) => {
    const { folder, hopper, has } = given({ yaml: `store: "${store}"\n` });
    const ran = await hopper(...CREATE);
    expect(ran).toMatchObject({ code: 8, out: "" });
    expect(ran.err).toContain(
      `error: ${join(folder, "hopper.yaml")}:1:1: store is ${JSON.stringify(store)}; sqlite:PATH is accepted`,
    );
    expect(ran.err).toMatch(/\nfix: edit .*hopper\.yaml, line 1: set store to sqlite:PATH\n$/);
    expect(has(".hopper")).toBe(false);
  });

  it("is in memory is refused: the next command would find nothing of it", async () => {
    const { hopper } = given({ env: { HOPPER_STORE: "sqlite::memory:" } });
    for (const argv of [CREATE, ["instance", "list"]]) {
      const ran = await hopper(...argv);
      expect(ran).toMatchObject({ code: 8, out: "" });
      expect(ran.err).toBe(
        "error: HOPPER_STORE: store is sqlite::memory:, which ends with this command: the next one would find nothing in it; name a file\n" +
          "fix: unset HOPPER_STORE    (or give it another value)\n",
      );
    }
  });
});
