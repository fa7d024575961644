import { describe, expect, it } from "vitest";
import { COMMANDS } from "../../cli/commands/tree.ts";
import { parse } from "../../cli/parse/parse.ts";
import { hopper } from "./support/fake.ts";

const EVERY_COMMAND = COMMANDS.commands.map((spec): [string, (typeof COMMANDS.commands)[number]] => [
  spec.path.join(" "),
  spec,
]);

/** The words of an example as a shell would give them. */
function shellWords(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double ?? bare ?? "",
  );
}

describe("the help of every command", () => {
  it.each(EVERY_COMMAND)("%s: names the program, and holds no placeholder of a parser", async (name) => {
    const ran = await hopper([...name.split(" "), "--help"]);
    expect(ran).toMatchObject({ code: 0, err: "", calls: [] });
    expect(ran.out).toContain(`Usage: hopper ${name}`);
    expect(ran.out).not.toMatch(/\$0|undefined|\[object/);
  });

  it.each(EVERY_COMMAND)("%s: fits a terminal of 40 columns, but for its examples", async (name) => {
    const { out } = await hopper([...name.split(" "), "--help"], { terminal: { columns: 40 } });
    const [text = ""] = out.split("\nExamples:\n");
    expect(text.split("\n").filter((line) => line.length > 40)).toEqual([]);
  });

  it.each(EVERY_COMMAND)("%s: its examples are lines of this very command", async (name, spec) => {
    for (const example of spec.examples ?? []) {
      const [program, ...argv] = shellWords(example);
      expect(program, example).toBe("hopper");
      const parsed = await parse({ argv, tree: COMMANDS, columns: 80, version: "1" });
      expect(parsed.kind === "command" ? parsed.spec.path.join(" ") : parsed.kind, example).toBe(name);
    }
  });
});

describe("the help of all", () => {
  it.each([["--help"], ["task --help"], ["instance --help"], ["delegation --help"]])(
    "%s fits a terminal of 40 columns",
    async (line) => {
      const { out } = await hopper(line.split(" "), { terminal: { columns: 40 } });
      expect(out.split("\n").filter((row) => row.length > 40)).toEqual([]);
    },
  );
});
