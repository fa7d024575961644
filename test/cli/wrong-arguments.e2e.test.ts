import { beforeAll, describe, expect, it } from "vitest";
import { temporaryFolder } from "./support/fake.ts";
import { realCommand } from "./support/real.ts";

const folder = temporaryFolder();
const hopper = realCommand(folder);

beforeAll(async () => {
  await hopper("instance", "create", "global", "--scope", "global", "--start");
  await hopper("task", "add", "A", "--no-route");
});

describe("given a value that is not accepted, the error names it as it is written on the line", () => {
  it.each<[string[], string]>([
    [["task", "add", ""], "TITLE is empty; 1 to 512 characters are accepted"],
    [["task", "add", "x", "--priority", "hihg"], '--priority is "hihg"; accepted are urgent, '],
    [["task", "add", "x", "-t", ""], "--tag is empty; "],
    [["task", "list", "--status", "foo"], '--status is "foo"; accepted are '],
    [["task", "list", "--limit", "501"], "--limit is the number 501; "],
    [["task", "list", "--search", "\0"], "--search contains the character NUL"],
    [["task", "delegate", "T-1", "--type", "bar"], '--type is "bar"; accepted are route, '],
    [["task", "status", "T-1", "finished"], 'STATUS is "finished"; '],
    [["instance", "create", "x", "--scope", "globl"], '--scope is "globl"; accepted are GLOBAL, '],
    [["instance", "create", "x", "--scope", "global", "--type", "odd"], '--type is "odd"; accepted are '],
    [["instance", "create", "T-1", "--scope", "global"], 'NAME is "T-1", which looks like '],
    [["instance", "list", "--type", "odd"], '--type is "odd"; accepted are '],
    [["delegation", "list", "--status", "x"], '--status is "x"; accepted are '],
    [["events", "--type", "x"], '--type is "x"; accepted are '],
    [
      ["instance", "create", "x", "--scope", "global", "--config", '{"fallback": "hld"}'],
      'config.fallback is "hld"; ',
    ],
  ])("%j", async (argv, error) => {
    const ran = await hopper(...argv);
    expect(ran).toMatchObject({ code: 2, out: "" });
    expect(ran.err).toContain(`error: ${error}`);
  });

  it("and so do the others, when there are several", async () => {
    const ran = await hopper("task", "add", "", "--priority", "x", "-t", "");
    expect(ran.err).toMatch(/^error: TITLE is empty; .*\n {7}\S.*\n {7}\S.*\nfix: /);
    expect(ran.err).toContain("\n       --priority is ");
    expect(ran.err).toContain("\n       --tag is empty; ");
  });

  it("while a machine gets the names of the API", async () => {
    const ran = await hopper("task", "list", "--search", "\0", "--json");
    expect(JSON.parse(ran.err)).toMatchObject({ issues: [{ path: "q" }] });
  });
});

describe("given an option that takes no value", () => {
  it.each([
    [["status", "--quiet=maybe"], '--quiet is "maybe"; it takes no value'],
    [["--json=5", "status"], '--json is "5"; it takes no value'],
    [["task", "add", "x", "--no-route=yes"], '--no-route is "yes"; it takes no value'],
  ])("%j is refused", async (argv, error) => {
    const ran = await hopper(...argv);
    expect(ran).toMatchObject({ code: 2, out: "" });
    expect(ran.err).toContain(`error: ${error}\nfix: hopper `);
  });

  it("true and false are no surprise", async () => {
    expect((await hopper("status", "--json=true")).out).toMatch(/^\{/);
    expect((await hopper("status", "--json=false")).out).toMatch(/^Data: /);
  });
});

describe("given a mistake, the fix can be run as it stands", () => {
  it("with the folder that was named only where it is of use", async () => {
    const none = await hopper("status", "--data", "");
    expect(none.err).toBe('error: --data is "", which is not a folder\nfix: hopper --help\n');
    const list = await hopper("task", "list", "--limit", "x", "--data", "d");
    expect(list.err).toMatch(/\nfix: hopper task list --help\n$/);
  });

  it("when an option was written as a command", async () => {
    const ran = await hopper("version");
    expect(ran).toMatchObject({ code: 2, out: "" });
    expect(ran.err).toBe(
      'error: there is no command "version"; did you mean --version?\nfix: hopper --version\n',
    );
  });
});
