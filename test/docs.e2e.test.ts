import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { demoCommand, runCommand } from "../cli/commands/plan.ts";
import { CANCELLATION_CODES, REJECTION_CODES } from "../machines/records/delegation.ts";
import { HELD_REASONS } from "../machines/records/task.ts";
import { SCOPES, type Instance, type InstanceConfig } from "../machines/records/instance.ts";
import { DEFAULT_SETTINGS, effectiveConfig } from "../machines/settings.ts";
import { loadConfiguration } from "../src/config/config.ts";
import { findIssues } from "../src/contracts/check.ts";
import { instanceConfig } from "../src/contracts/instance-config.ts";
import { settingsContent } from "../src/contracts/settings.ts";
import { planSchema } from "../src/plan/plan-schema.ts";
import { realCommand } from "./cli/support/real.ts";

/**
 * What README.md and docs/*.md show is what happens: console sessions are typed into a shell in an empty
 * folder and their output compared, TypeScript is type-checked and run, YAML is read by the command.
 */

const ROOT = dirname(import.meta.dirname);
const BIN = join(ROOT, "bin", "hopper.cjs");
const PAGES = ["README.md", ...readdirSync(join(ROOT, "docs")).map((name) => `docs/${name}`)].filter((page) =>
  page.endsWith(".md"),
);
const folder = mkdtempSync(join(tmpdir(), "hopper-docs-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Block {
  readonly language: string;
  readonly text: string;
  /** Where it begins, from 1. */
  readonly line: number;
}

/** The fenced blocks of a page, in order. */
function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  let open: { language: string; lines: string[]; line: number } | null = null;
  for (const [index, line] of readFileSync(join(ROOT, page), "utf8").split("\n").entries()) {
    const fence = /^```(\w*)$/.exec(line);
    if (fence === null) open?.lines.push(line);
    else if (open === null) open = { language: fence[1] ?? "", lines: [], line: index + 1 };
    else {
      blocks.push({ language: open.language, text: open.lines.join("\n"), line: open.line });
      open = null;
    }
  }
  expect(open, `${page} has a block that is not closed`).toBeNull();
  return blocks;
}

function blocksIn(language: string): (Block & { readonly page: string })[] {
  return PAGES.flatMap((page) =>
    blocksOf(page)
      .filter((block) => block.language === language)
      .map((block) => ({ ...block, page })),
  );
}

/** A command of a session with what the page shows below it. */
interface Typed {
  readonly command: string;
  readonly shown: string;
}

/** The commands of a page's console blocks, one after the other: they are one session. */
function sessionOf(page: string): Typed[] {
  const typed: { command: string; shown: string[] }[] = [];
  for (const { text } of blocksOf(page).filter(({ language }) => language === "console")) {
    if (!text.startsWith("$ ")) continue;
    for (const line of text.split("\n")) {
      if (line.startsWith("$ ")) typed.push({ command: line.slice(2), shown: [] });
      else typed.at(-1)?.shown.push(line);
    }
  }
  return typed.map(({ command, shown }) => ({ command, shown: shown.join("\n").trimEnd() }));
}

/** What differs from one run to the next, by what it is; everything else must be as it is shown. */
function masked(text: string): string {
  return text
    .replaceAll(/^hopper \d+\.\d+\.\d+ /gm, "hopper VERSION ")
    .replaceAll(/(?<=\s)\d+[smhd]$/gm, "AGE")
    .replaceAll(/\b[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, "ID")
    .replaceAll(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, "MOMENT")
    .replaceAll(/\b\d\d:\d\d:\d\d\.\d{3}\b/g, "TIME")
    .replaceAll(/(?:< )?\b\d+(?:\.\d+)? m?s\b/g, "LENGTH");
}

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(
  program: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): Promise<Ran> {
  const child = spawn(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout, stderr };
}

/** Types a session into one shell; a command's output ends with its exit code. */
async function typeIn(typed: readonly Typed[], cwd: string): Promise<{ output: string; code: number }[]> {
  const script = [
    "shopt -s expand_aliases",
    `alias hopper='node ${BIN}'`,
    ...typed.map(({ command }) => `${command}\nprintf '\\n@@exit %d@@\\n' $?`),
  ];
  const file = join(cwd, ".session.sh");
  writeFileSync(file, `${script.join("\n")}\n`);
  const { stdout } = await run("bash", ["-c", 'exec 2>&1; . "$0"', file], {
    // The tour begins in the clone, every other session in an empty folder.
    cwd: typed[0]?.command.startsWith("alias ") === true ? ROOT : cwd,
    env: {
      PATH: `${dirname(process.execPath)}${delimiter}${process.env["PATH"]}`,
      HOME: cwd,
      TMPDIR: cwd,
      USER: "ada",
    },
  });
  return [...stdout.matchAll(/([\s\S]*?)\n@@exit (\d+)@@\n/g)].map(([, output = "", code]) => ({
    output: output.replaceAll(cwd, SHOWN_FOLDER).trimEnd(),
    code: Number(code),
  }));
}

/** How the pages call the folder that the reader is in. */
const SHOWN_FOLDER = "/home/ada/work";
const SESSIONS = PAGES.filter((page) => sessionOf(page).length > 0);

// Each command is a process of its own, and the sessions have nothing to do with each other.
describe.concurrent.each(SESSIONS)("the console session of %s", (page) => {
  it("prints what the page shows when it is typed in", { timeout: 180_000 }, async () => {
    const cwd = join(folder, page.replaceAll("/", "-"));
    mkdirSync(cwd);
    for (const { language, text } of blocksOf(page)) {
      const name = /^# ([\w.-]+\.yaml)$/m.exec(text)?.[1];
      if (language === "yaml" && name !== undefined) writeFileSync(join(cwd, name), `${text}\n`);
    }
    const typed = sessionOf(page);
    const ran = await typeIn(typed, cwd);
    expect(ran).toHaveLength(typed.length);
    expect(ran.map(({ output }, index) => `$ ${typed[index]?.command}\n${masked(output)}`)).toEqual(
      typed.map(({ command, shown }) => `$ ${command}\n${masked(shown)}`),
    );
    // A command fails where the page shows an error or a failed task, and nowhere else.
    const shouldFail = ({ shown }: Typed): boolean => /^error: |^\d+ done, [1-9]\d* failed/m.test(shown);
    expect(typed.filter((_, index) => ran[index]?.code !== 0)).toEqual(typed.filter(shouldFail));
  });
});

describe("README's tour", () => {
  it("is typed word for word, from the alias to the closed delegations", () => {
    const commands = sessionOf("README.md").map(({ command }) => command);
    expect(commands[0]).toMatch(/^alias hopper=.*mktemp -d/);
    expect(commands.at(-1)).toBe("hopper task delegations T-1");
  });

  it("names npm scripts that there are", () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    const named = blocksIn("console").flatMap(({ text }) =>
      [...text.matchAll(/\bnpm (?:run (?:-s )?)?(?!run\b|ci\b|install\b)([\w:]+)/g)].map(([, name]) => name),
    );
    expect(named).toEqual(expect.arrayContaining(["start", "test"]));
    expect(named.filter((name) => scripts[name ?? ""] === undefined)).toEqual([]);
  });
});

describe("the TypeScript of the pages", () => {
  const examples = blocksIn("ts").map((block, index) => ({
    ...block,
    where: `${block.page}:${block.line}`,
    name: `example-${index}.ts`,
  }));
  const home = join(folder, "examples");
  mkdirSync(join(home, "node_modules", "hopper-runtime"), { recursive: true });
  writeFileSync(join(home, "package.json"), JSON.stringify({ type: "module" }));
  // Node strips types outside node_modules only: the package there hands on to the sources.
  const entries = { "index.js": "src/index.ts", "testing.js": "src/testing/index.ts" };
  for (const [file, source] of Object.entries(entries)) {
    const url = pathToFileURL(join(ROOT, source)).href;
    writeFileSync(join(home, "node_modules", "hopper-runtime", file), `export * from "${url}";\n`);
  }
  writeFileSync(
    join(home, "node_modules", "hopper-runtime", "package.json"),
    JSON.stringify({ type: "module", exports: { ".": "./index.js", "./testing": "./testing.js" } }),
  );
  for (const { name, text } of examples) writeFileSync(join(home, name), `${text}\n`);

  it("has the right types", async () => {
    writeFileSync(
      join(home, "tsconfig.json"),
      JSON.stringify({
        extends: join(ROOT, "tsconfig.json"),
        compilerOptions: {
          rootDir: "/",
          noUnusedLocals: false,
          typeRoots: [join(ROOT, "node_modules", "@types")],
          paths: {
            "hopper-runtime": [join(ROOT, "src", "index.ts")],
            "hopper-runtime/testing": [join(ROOT, "src", "testing", "index.ts")],
          },
        },
        include: ["example-*.ts"],
      }),
    );
    const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
    const ran = await run(process.execPath, [tsc, "-p", "tsconfig.json"], { cwd: home });
    expect(ran.stderr).toBe("");
    // What is wrong in the sources themselves is the type check's to say.
    const complaints = ran.stdout.split("\n").filter((line) => line.includes("example-"));
    const places = examples.map(({ name, where }) => `${name} is ${where}`).join("\n");
    expect(complaints, places).toEqual([]);
  });

  it.concurrent.each(examples)("runs: $where", async ({ name, page, line, text }) => {
    const ran = await run(process.execPath, [name], { cwd: home });
    expect({ code: ran.code, stderr: ran.stderr }).toEqual({ code: 0, stderr: "" });
    // A text block right below an example shows what it prints.
    const blocks = blocksOf(page);
    const next = blocks[blocks.findIndex((block) => block.line === line) + 1];
    expect(masked(ran.stdout.trimEnd())).toBe(next?.language === "text" ? masked(next.text) : "");
    // A program that keeps its data is started again.
    if (!/store: "sqlite:\w/.test(text)) return;
    const again = await run(process.execPath, [name], { cwd: home });
    expect({ code: again.code, stderr: again.stderr }).toEqual({ code: 0, stderr: "" });
  });
});

describe("the YAML of the pages", () => {
  const files = blocksIn("yaml").map((block, index) => ({
    ...block,
    where: `${block.page}:${block.line}`,
    file: join(folder, `page-${index}.yaml`),
  }));
  const isPlan = ({ text }: Block): boolean => Object.hasOwn(parse(text) as object, "hierarchy");
  for (const { file, text } of files) writeFileSync(file, `${text}\n`);

  it.each(files.filter(isPlan))("is a plan that can be run: $where", async ({ file, text }) => {
    const { code, out, err } = await realCommand(folder)("run", file, "--dry-run", "--json");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const { tasks } = JSON.parse(out) as { tasks: { key: string }[] };
    expect(tasks).toHaveLength((parse(text) as { tasks: unknown[] }).tasks.length);
  });

  it.each(files.filter((file) => !isPlan(file)))("is a hopper.yaml: $where", ({ file }) => {
    const { entries } = loadConfiguration({ file });
    expect(entries.filter(({ origin }) => origin.startsWith(file))).not.toEqual([]);
  });
});

function inOrder(one: string, other: string): number {
  return one.localeCompare(other);
}

/** The tables of a page: the first cell, a word in code, names the row. */
function rowsOf(page: string): Map<string, string[]> {
  const lines = readFileSync(join(ROOT, page), "utf8").split("\n");
  const rows = lines.flatMap((line) => {
    const cells = line.split("|").slice(1, -1);
    const name = /^`([\w.-]+)`$/.exec(cells[0]?.trim() ?? "")?.[1];
    return name === undefined ? [] : [[name, cells.slice(1).map((cell) => cell.trim())] as const];
  });
  return new Map(rows);
}

/** The keys that a schema knows, as paths with dots; children of the same shape are left out. */
function keysOf(schema: unknown, path = ""): string[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)
    return keysOf(schema.def.innerType, path);
  if (schema instanceof z.ZodPipe) return keysOf(schema.def.in, path);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => keysOf(option, path));
  if (!(schema instanceof z.ZodObject)) return [path];
  return Object.entries(schema.shape).flatMap(([key, inner]) =>
    keysOf(inner, path === "" ? key : `${path}.${key}`),
  );
}

describe("docs/configuration.md", () => {
  const rows = rowsOf("docs/configuration.md");
  const [settings, ofScopes] = [new Set<string>(), new Map<string, string[]>()];
  for (const key of keysOf(settingsContent)) {
    const [section = "", scope = "", inner = ""] = key.split(".");
    if (section === "scopes") ofScopes.set(scope, [...(ofScopes.get(scope) ?? []), inner]);
    else settings.add(key);
  }
  const ofInstances = [...new Set(keysOf(instanceConfig).map((key) => key.split(".")[0] ?? ""))];

  it("has a row for every key of the schemas, and no other", () => {
    expect([...rows.keys()].toSorted()).toEqual([...settings, ...ofInstances].toSorted());
  });

  it("is right that a scope's defaults are an instance's keys", () => {
    expect([...ofScopes.keys()].toSorted()).toEqual([...SCOPES].toSorted());
    const keys = ofInstances.toSorted();
    for (const inner of ofScopes.values()) expect([...new Set(inner)].toSorted()).toEqual(keys);
  });

  const accepts = (key: string, value: unknown): boolean => {
    if (!settings.has(key)) return findIssues(instanceConfig, { [key]: value }).length === 0;
    const [section = "", inner] = key.split(".");
    return (
      findIssues(settingsContent, { [section]: inner === undefined ? value : { [inner]: value } }).length ===
      0
    );
  };

  it.each([...rows])("says what is accepted as %s", (key, [value = ""]) => {
    const { good, bad } = boundsOf(value);
    expect(good.filter((one) => !accepts(key, one))).toEqual([]);
    expect(bad.filter((one) => accepts(key, one))).toEqual([]);
  });

  it.each([...settings])("says the default of %s", (key) => {
    const found = loadConfiguration().entries.find(({ path }) => path === key)?.value;
    expect(rows.get(key)?.[1]).toBe(found === undefined ? "none" : shownValue(found));
  });

  const effective = (config: InstanceConfig) =>
    effectiveConfig({ scope: "PROJECT", inherited: {}, config } as Instance, DEFAULT_SETTINGS);

  it.each(ofInstances)("says the default of %s, and whether anything reads it", (key) => {
    const [value = "", shown = "", means = ""] = rows.get(key) ?? [];
    // Whoever says the default changes nothing.
    const bare = /^`(.*)`$/.exec(shown)?.[1];
    const said = shown === "none" ? {} : { [key]: bare ?? (JSON.parse(shown) as unknown) };
    expect(effective(said)).toEqual(effective({}));
    const changed = boundsOf(value).good.some(
      (one) => JSON.stringify(effective({ [key]: one })) !== JSON.stringify(effective({})),
    );
    // Those of children are read where a child is created.
    expect(changed || key === "child_defaults").toBe(!means.includes("not read yet"));
  });
});

function shownValue(value: unknown): string {
  return typeof value === "string" ? `\`${value}\`` : JSON.stringify(value);
}

/** Values just inside and just outside what the column "value" says. */
function boundsOf(value: string): { good: unknown[]; bad: unknown[] } {
  const [, min = 0, max = 0] = (/(?:, |^)([\d.]+) to ([\d.]+)$/.exec(value) ?? []).map(Number);
  const most = Number(/at most (\d+)/.exec(value)?.[1]);
  const [form = ""] = value.split(/,| of | with /);
  switch (form) {
    case "length in ms":
    case "length in seconds":
      return { good: [min, max, "5m"], bad: [0, max + 1, "five", true] };
    case "whole number":
      return { good: [min, max], bad: [min - 1, max + 1, min + 0.5, "1"] };
    case "seconds":
      return { good: [min, max, 0.5], bad: [min - 1, max + 1, "5m"] };
    case "true or false":
      return { good: [true, false], bad: ["true", 1] };
    case "one": {
      const words = [...value.matchAll(/`(\w+)`/g)].map(([, word]) => word);
      return { good: words, bad: ["something", true] };
    }
    case "list": {
      const texts = (length: number) => Array.from({ length }, (_, index) => `text ${index}`);
      return { good: [["one"], texts(most)], bad: ["one", texts(most + 1)] };
    }
    case "text":
      return { good: ["x".repeat(most)], bad: ["x".repeat(most + 1), 1] };
    case "moment":
      return { good: ["2026-03-01T12:00:00Z"], bad: ["2026-03-01", "2026-03-01T12:00:00"] };
    case "an object":
      return { good: [{ acceptance: "manual" }], bad: [{ acceptance: "perhaps" }, "manual"] };
    default:
      throw new Error(`nothing is known of values like ${JSON.stringify(value)}`);
  }
}

describe("docs/plans.md", () => {
  const page = readFileSync(join(ROOT, "docs/plans.md"), "utf8");
  const named = new Set(
    [...page.matchAll(/^\| ((?:`[\w-]+`(?:, )?)+) \|/gm)].flatMap(([, cell = ""]) =>
      [...cell.matchAll(/[\w-]+/g)].map(([word]) => word),
    ),
  );

  it("has a row for every field of a plan, of its instances and of its tasks", () => {
    const { shape } = planSchema;
    const fields = [
      ...Object.keys(shape),
      ...Object.keys(shape.hierarchy.in.shape),
      ...Object.keys(shape.tasks.element.shape),
    ];
    expect(fields.filter((field) => !named.has(field))).toEqual([]);
  });

  it("has a row for every flag of hopper run, and names those of hopper demo", () => {
    const flags = (runCommand.options ?? []).filter(({ hidden }) => hidden !== true);
    const rows = [...page.matchAll(/^\| `--([\w-]+)` \|/gm)].map(([, flag = ""]) => flag);
    expect(rows.toSorted(inOrder)).toEqual(flags.map(({ name }) => name).toSorted(inOrder));
    const ofDemo = (demoCommand.options ?? []).map(({ name }) => `\`--${name}\``);
    expect(page).toContain(`\`hopper demo\` takes ${ofDemo.join(" and ")}.`);
  });
});

describe("docs/delegation-protocol.md", () => {
  it("explains every reason that a delegation or a held task can have", () => {
    const page = readFileSync(join(ROOT, "docs/delegation-protocol.md"), "utf8");
    const rows = new Set(
      [...page.matchAll(/^\| (?:rejected \| |cancelled \| )?`(\w+)` \|/gm)].map(([, code]) => code),
    );
    // Nothing gives these yet: `policy` is for behaviors of users, `superseded` comes with decomposition.
    const unused = ["policy", "superseded"];
    const codes = [...REJECTION_CODES, ...CANCELLATION_CODES, ...HELD_REASONS];
    expect(codes.filter((code) => !rows.has(code))).toEqual(unused);
  });
});

describe("docs/doctor.md", () => {
  it("has a section with the rule for every check, and for no other", async () => {
    const home = join(folder, "doctor");
    mkdirSync(home);
    const hopper = realCommand(home);
    await hopper("instance", "create", "global", "--scope", "global", "--start");
    const { out } = await hopper("doctor", "--json");
    const { items } = JSON.parse(out) as { items: { check: string; rule: string }[] };
    const page = readFileSync(join(ROOT, "docs/doctor.md"), "utf8");
    const sections = [...page.matchAll(/^### (\S+)\n\n> (.*)$/gm)].map(
      ([, check, rule]) => `${check}: ${rule}`,
    );
    expect(sections.toSorted(inOrder)).toEqual(
      items.map(({ check, rule }) => `${check}: ${rule}`).toSorted(inOrder),
    );
  });
});

describe("docs/index.md", () => {
  it("links every page", () => {
    const index = readFileSync(join(ROOT, "docs/index.md"), "utf8");
    const pages = readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" }).filter(
      (name) => name.endsWith(".md") && name !== "index.md",
    );
    expect(pages.filter((name) => !index.includes(`](${name.replaceAll("\\", "/")})`))).toEqual([]);
  });
});
