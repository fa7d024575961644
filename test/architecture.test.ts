import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect, describe, it } from "vitest";
import {
  checkForbiddenUses,
  checkImports,
  checkLengths,
  describeProblems,
  readLengthLimits,
} from "./support/architecture.ts";
import type { LengthLimits } from "./support/architecture.ts";
import { checkCircles } from "./support/circles.ts";
import { findInstalled, readSources } from "./support/project-files.ts";

const ROOT = dirname(import.meta.dirname);
const LAYERS = ["machines", "store", "actors", "src", "cli"];
const sources = readSources(ROOT, [...LAYERS, "test", "scripts", "bench", "bin"]);
const limits = readLengthLimits(readFileSync(`${ROOT}/.oxlintrc.json`, "utf8"));

describe("this repository", () => {
  it("has its layers", () => {
    expect(LAYERS.filter((layer) => readSources(ROOT, [layer]).size === 0)).toEqual([]);
  });

  it("imports one way: machines ← store ← actors ← src ← cli", () => {
    expect(describeProblems(checkImports(sources))).toEqual([]);
  });

  it("imports in no circle, types included", () => {
    expect(describeProblems(checkCircles(sources))).toEqual([]);
  });

  it("reads no clock, rolls no dice and sets no timer in machines/, store/ and actors/", () => {
    expect(describeProblems(checkForbiddenUses(sources))).toEqual([]);
  });

  it("has no file longer than the lint file says, with a reason for every exception", () => {
    expect(limits.max).toBe(300);
    expect(describeProblems(checkLengths(sources, limits))).toEqual([]);
  });

  it("installs better-sqlite3 exactly once (two copies cannot share one handle)", () => {
    expect(findInstalled(`${ROOT}/node_modules`, "better-sqlite3")).toHaveLength(1);
  });

  it("has a lock file that names no registry host", () => {
    const lock = readFileSync(`${ROOT}/package-lock.json`, "utf8");
    expect(lock.split("\n").filter((line) => /"resolved":|https?:\/\/registry/.test(line))).toEqual([]);
  });
});

describe("a planted import", () => {
  const store = 'export const open = 1;\nexport * from "./open.ts";';

  it.each([
    ["static", 'import { open } from "../store/store.ts";'],
    ["static, for its effect", 'import "../store/store.ts";'],
    ["re-exported by name", 'export { open } from "../store/store.ts";'],
    ["re-exported whole", 'export * from "../store/store.ts";'],
    ["dynamic", 'export const late = () => import("../store/store.ts");'],
    ["dynamic, in a template", "export const late = () => import(`../store/store.ts`);"],
    ["computed", "export const late = (name: string) => import(name);"],
    ["of a type", 'import type { Row } from "../store/store.ts";'],
    ["of a type, inline", 'export type Row = import("../store/store.ts").Row;'],
    ["by require", 'export const open = require("../store/store.ts");'],
    ["by import-equals", 'import store = require("../store/store.ts");'],
  ])("of the store in machines/ is reported: %s", (_form, line) => {
    const [problem, ...more] = checkImports(
      planted({ "machines/planted.ts": `\n${line}`, "store/store.ts": store }),
    );
    expect(more).toEqual([]);
    expect(problem).toMatchObject({ file: "machines/planted.ts", line: 2 });
    expect(problem?.message).toMatch(/^machines\/ decides and nothing else/);
  });

  it.each([
    ["machines/a.ts", 'import { z } from "zod";', /only itself, xstate and minisearch, not "zod"/],
    ["machines/a.ts", 'import "node:fs";', /not "node:fs"/],
    ["machines/deep/a.ts", 'import "../../bench/tool.ts";', /not "..\/..\/bench\/tool.ts"/],
    ["store/a.ts", 'import "../actors/loop.ts";', /^store\/ remembers/],
    [
      "store/a.ts",
      'import { setTimeout } from "node:timers/promises";',
      /takes time and ids as they are passed in/,
    ],
    ["store/a.ts", 'import { v7 } from "uuid";', /not "uuid"/],
    ["actors/a.ts", 'import "../store/entities/task.ts";', /the port store\/store.ts/],
    ["actors/a.ts", 'import { MikroORM } from "@mikro-orm/core";', /not "@mikro-orm\/core"/],
    ["actors/a.ts", 'import "../src/config.ts";', /^actors\/ is the loop/],
    ["src/a.ts", 'import "../cli/main.ts";', /^src\/ is the product as a library/],
    ["src/a.ts", 'import "../test/support/x.ts";', /tests and tools stand above it/],
    ["cli/a.ts", 'import { createHopper } from "../src/index.ts";', /by dynamic import only/],
    [
      "cli/a.ts",
      'export const x = import("../src/hopper.ts");',
      /not "..\/src\/hopper.ts" \(dynamic import\)/,
    ],
    ["cli/a.ts", 'import "../machines/task.ts";', /^cli\/ imports src\/contracts/],
    ["cli/a.ts", 'import "hopper-runtime";', /not "hopper-runtime"/],
  ])("in %s is reported: %s", (file, line, message) => {
    const problems = checkImports(planted({ [file]: line }));
    expect(problems).toEqual([{ file, line: 1, message: expect.stringMatching(message) as string }]);
  });

  it("is reported when it is reached through a file that may be imported", () => {
    const problems = checkImports(
      planted({
        "actors/loop.ts": 'import { open } from "../store/store.ts";',
        "store/store.ts": store,
        "store/open.ts": "",
        "cli/main.ts": 'import "./page.ts";',
        "cli/page.ts": 'import "../src/contracts/task.ts";',
        "src/contracts/task.ts": 'import "../hopper.ts";',
        "src/hopper.ts": "",
      }),
    );
    expect(describeProblems(problems)).toEqual([
      expect.stringContaining("actors/loop.ts → store/store.ts → store/open.ts"),
      expect.stringContaining("cli/main.ts → cli/page.ts → src/contracts/task.ts → src/hopper.ts"),
      expect.stringContaining("cli/page.ts → src/contracts/task.ts → src/hopper.ts"),
    ]);
  });

  it("is not reported where the layout allows it", () => {
    const allowed = planted({
      "machines/deep/a.ts": 'import "./b.ts"; import "../c.ts"; import "xstate"; import "minisearch";',
      "store/a.ts": 'import "../machines/c.ts"; import "@mikro-orm/core"; import "node:fs";',
      "store/store.ts": 'import type { Open } from "./open.ts"; import "../machines/c.ts";',
      "actors/a.ts":
        'import "../machines/c.ts"; import "../store/store.ts"; import { on } from "node:events";',
      "src/a.ts":
        'import "../machines/c.ts"; import "../store/a.ts"; import "../actors/a.ts"; import "uuid";',
      "src/contracts/a.ts": 'import "zod"; import "../../machines/c.ts";',
      "cli/a.ts": 'import "../src/contracts/a.ts"; export const x = import("../src/index.ts");',
      "cli/b.ts": 'import type { Hopper } from "../src/index.ts"; import "../src/http-client.ts";',
    });
    expect(describeProblems(checkImports(allowed))).toEqual([]);
  });
});

describe("a planted circle", () => {
  it.each([
    ["of code", 'import { b } from "./b.ts";'],
    ["of types", 'import type { B } from "./b.ts";'],
    ["of a type, inline", 'export type B = import("./b.ts").B;'],
    ["of what is loaded late", 'export const b = () => import("./b.ts");'],
    ["of a re-export", 'export { b } from "./b.ts";'],
  ])("%s is reported once, with its files", (_kind, line) => {
    const files = {
      "cli/a.ts": line,
      "cli/b.ts": 'import "./c.ts";',
      "cli/c.ts": 'import type { A } from "./a.ts";',
    };
    expect(describeProblems(checkCircles(planted({ ...files, "cli/d.ts": 'import "./a.ts";' })))).toEqual([
      "cli/a.ts:1 these files import each other in a circle: cli/a.ts, cli/b.ts, cli/c.ts",
    ]);
  });

  it("is found in a file that imports itself, and apart from another", () => {
    const circles = checkCircles(
      planted({
        "store/self.ts": 'import "./self.ts";',
        "src/one.ts": 'import "./two.ts";',
        "src/two.ts": 'import "./one.ts"; import "../store/self.ts";',
      }),
    );
    expect(circles.map(({ file }) => file)).toEqual(["store/self.ts", "src/one.ts"]);
  });
});

describe("a planted clock, timer or die", () => {
  it.each([
    ["globalThis.setTimeout(() => {}, 1);", /must not use globalThis: it is a way around/],
    ['globalThis["setTimeout"](() => {}, 1);', /globalThis/],
    ["const { setTimeout: later } = globalThis;", /globalThis/],
    ["setTimeout(() => {}, 1);", /must not use setTimeout: timers belong to the Clock/],
    ["const timers = { setInterval };", /setInterval/],
    ["setImmediate(() => {});", /setImmediate/],
    ["const now = Date.now();", /must not use Date: time is passed in/],
    ["const now = new Date();", /Date/],
    ["const now = performance.now();", /performance/],
    ["const now = process.hrtime.bigint();", /process.hrtime/],
    ["const dice = Math.random();", /must not use Math.random: randomness is passed in/],
    ['const dice = Math["random"]();', /Math.random/],
    ["const { random } = Math;", /Math.random/],
    ["const id = crypto.randomUUID();", /must not use crypto: ids and randomness/],
    ["const soon = AbortSignal.timeout(5);", /AbortSignal.timeout/],
    ["const now = (Date as { now(): number }).now();", /Date/],
  ])("is reported in machines/, store/ and actors/: %s", (line, message) => {
    for (const file of ["machines/a.ts", "store/deep/a.ts", "actors/a.ts"]) {
      const problems = checkForbiddenUses(planted({ [file]: `// Date\n${line}` }));
      expect(problems).toEqual([{ file, line: 2, message: expect.stringMatching(message) as string }]);
    }
  });

  it.each([
    ["a word in a text or comment", '// setTimeout\nconst text = "Date.now()";'],
    [
      "a property of that name",
      "export const at = (clock: Clock) => clock.setTimeout(clock.Date, { performance: 1 });",
    ],
    ["a method of that name", "export class Virtual { setTimeout() {} }"],
    ["a type of that name", "export interface Row { at: Date; timer: typeof setTimeout }"],
    ["other mathematics", "export const half = Math.floor(1 / 2);"],
  ])("is not reported for %s", (_what, text) => {
    expect(checkForbiddenUses(planted({ "machines/a.ts": text }))).toEqual([]);
  });

  it("is allowed in src/ and cli/, where the real ones are made", () => {
    const text = "setTimeout(() => Date.now(), Math.random());";
    expect(checkForbiddenUses(planted({ "src/hopper.ts": text, "cli/main.ts": text }))).toEqual([]);
  });
});

describe("a file that is too long", () => {
  const config = (overrides: string): LengthLimits =>
    readLengthLimits(
      `{ "rules": { "eslint/max-lines": ["error", { "max": 3 }] }, // why\n"overrides": [${overrides}] }`,
    );
  const long = planted({ "src/long.ts": "1;\n2;\n3;\n4;\n", "src/short.ts": "1;\n2;\n3;\n" });

  it("is reported", () => {
    expect(describeProblems(checkLengths(long, config("")))).toEqual([
      "src/long.ts:4 4 lines, more than 3: split it, or give a reason in .oxlintrc.json",
    ]);
  });

  it("is excused by an override of the lint file with a reason", () => {
    const reason =
      '{\n// reason: "one" table\n"files": ["src/l*.ts"], "rules": { "eslint/max-lines": "off" } }';
    expect(checkLengths(long, config(reason))).toEqual([]);
  });

  it("is reported when the override names no reason", () => {
    const bare = '{ "files": ["src/*.ts"], "rules": { "eslint/max-lines": ["error", { "max": 4 }] } }';
    expect(describeProblems(checkLengths(long, config(bare)))).toEqual([
      '.oxlintrc.json:1 the longer files src/*.ts need a "// reason: …"',
    ]);
  });
});

function planted(files: Record<string, string>): Map<string, string> {
  return new Map(Object.entries(files));
}
