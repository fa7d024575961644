import { beforeAll, describe, expect, it } from "vitest";
import yargs from "yargs";
import { COMMANDS } from "../../cli/commands/tree.ts";
import { GLOBAL_OPTIONS } from "../../cli/parse/spec.ts";
import { hopper, paramsOf } from "./support/fake.ts";
import { instanceView, treeView } from "./support/views.ts";

describe("given a yargs that speaks another language, a mistake is explained in the same words", () => {
  beforeAll(() => {
    const said = [
      "Not enough arguments following: %s",
      "Invalid values:",
      "Argument: %s, Given: %s, Choices: %s",
      "Did you mean %s?",
    ];
    const counted = [
      "Not enough non-option arguments: got %s, need at least %s",
      "Too many non-option arguments: got %s, maximum of %s",
      "Missing argument value: %s",
      "Missing required argument: %s",
      "Unknown argument: %s",
      "Unknown command: %s",
    ];
    yargs().updateStrings({
      ...Object.fromEntries(said.map((key) => [key, "¿?"])),
      // The type knows plain strings alone.
      ...(Object.fromEntries(counted.map((key) => [key, { one: "¿?", other: "¿?" }])) as object),
    });
  });

  it.each<[string, string[], string]>([
    ["an unknown command", ["tsk", "add", "x"], 'there is no command "tsk"; did you mean task?'],
    ["an unknown command of a noun", ["task", "ad"], 'there is no command "task ad"; did you mean task add?'],
    [
      "an unknown option",
      ["task", "list", "--qiet"],
      "hopper task list has no option --qiet; did you mean --quiet?",
    ],
    [
      "an option of another command",
      ["task", "list", "--cascade"],
      "hopper task list has no option --cascade",
    ],
    ["a missing value", ["task", "list", "--limit"], "--limit needs a value"],
    ["an option in a value's place", ["task", "fail", "T-1", "--error", "--quiet"], "--error needs a value"],
    ["a missing word", ["task", "add"], "hopper task add needs TITLE"],
    ["a missing option", ["task", "fail", "T-1"], "hopper task fail needs --error"],
    ["a word too many", ["doctor", "now"], 'hopper doctor does not take "now"'],
    ["a choice that is none", ["status", "-o", "tabl"], '--output is "tabl"; table, json, '],
  ])("%s", async (_name, argv, error) => {
    const ran = await hopper(argv);
    expect(ran).toMatchObject({ code: 2, out: "", calls: [] });
    expect(ran.err).toContain(`error: ${error}`);
    expect(ran.err).not.toContain("¿");
  });
});

describe("an option", () => {
  const answers = {
    "instances.terminate": instanceView(),
    "instances.get": instanceView(),
    "instances.hierarchy": treeView({}),
  };

  it.each([
    [["--cascade", "instance", "terminate", "webapp"]],
    [["instance", "--cascade", "terminate", "webapp"]],
    [["instance", "terminate", "--cascade", "webapp"]],
    [["instance", "terminate", "webapp", "--cascade"]],
  ])("may stand anywhere in the line: %j", async (argv) => {
    expect(paramsOf(await hopper(argv, { answers }), "instances.terminate")).toEqual([
      "webapp",
      { by: "cli:ada", cascade: true },
    ]);
  });

  it("takes a value in every command that has it, or in none, and has one short form", () => {
    const options = [...GLOBAL_OPTIONS, ...COMMANDS.commands.flatMap(({ options: own = [] }) => own)];
    const forms = new Map<string, string>();
    for (const { name, alias = "", type } of options) {
      const form = `${type === "flag" ? "alone" : "with a value"} ${alias}`;
      expect(forms.get(name) ?? form, name).toBe(form);
      forms.set(name, form);
    }
  });

  it("may have its value right behind its short form", async () => {
    const answers = { "tasks.list": { items: [], nextCursor: null, hasMore: false } };
    for (const argv of [
      ["task", "list", "-tred", "-ojson"],
      ["-ojson", "task", "list", "-t=red"],
    ]) {
      const ran = await hopper(argv, { answers });
      expect(JSON.parse(ran.out)).toMatchObject({ items: [] });
      expect(paramsOf(ran, "tasks.list")[0]).toMatchObject({ tag: ["red"] });
    }
    const { err } = await hopper(["instance", "fail", "webapp", "--error", "-oh"], {
      answers: { "instances.fail": instanceView(), "instances.get": instanceView() },
    });
    expect(err).toBe("");
    expect((await hopper(["task", "add", "--", "-ojson"], { answers })).err).not.toContain("has no option");
  });

  it("that is unknown takes no word of the command for its value", async () => {
    const ran = await hopper(["--jsn", "instance", "list"]);
    expect(ran.err).toBe(
      "error: hopper instance list has no option --jsn; did you mean --json?\nfix: hopper --json instance list\n",
    );
  });

  it.each(["--constructor", "--__proto__", "--toString=1"])(
    "named like a part of every object, %s, is unknown",
    async (option) => {
      const ran = await hopper(["task", "add", "x", option]);
      expect(ran.code).toBe(2);
      expect(ran.err).toContain("error: hopper task add has no option --");
    },
  );

  it("may have a value that begins like an option", async () => {
    const ran = await hopper(["instance", "fail", "webapp", "--error", "--json is not JSON"], {
      answers: { "instances.fail": instanceView(), "instances.get": instanceView() },
    });
    expect(paramsOf(ran, "instances.fail")).toEqual([
      "webapp",
      { by: "cli:ada", error: "--json is not JSON" },
    ]);
  });
});

describe("what follows --", () => {
  it("is named in a refusal as it is written", async () => {
    const extra = await hopper(["task", "add", "x", "--", "--help"]);
    expect(extra.err).toBe('error: hopper task add does not take "--help"\nfix: hopper task add --help\n');
    // Behind it nothing is an option, also for how the refusal is written.
    const text = await hopper(["task", "add", "--", "a", "--json"]);
    expect(text).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^error: hopper task add does not take/),
    });
    const command = await hopper(["--", "task"]);
    expect(command.err).toBe('error: there is no command "task"\nfix: hopper --help\n');
  });
});
