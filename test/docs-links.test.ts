import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { describeProblems } from "./support/architecture.ts";
import {
  checkCitations,
  checkInvariants,
  checkLinks,
  checkNamedFiles,
  checkSections,
  existsIn,
  readPages,
} from "./support/docs-links.ts";
import { readSources } from "./support/project-files.ts";

const ROOT = dirname(import.meta.dirname);
const pages = readPages(ROOT);
const FOLDERS = ["machines", "store", "actors", "src", "cli", "bin", "bench", "scripts", "test"];
const sources = readSources(ROOT, FOLDERS);
// What these two plant and explain is not meant.
for (const planted of ["test/docs-links.test.ts", "test/support/docs-links.ts"]) sources.delete(planted);

describe("this repository", () => {
  it("links nothing that is not there", () => {
    expect(describeProblems(checkLinks(pages, existsIn(ROOT)))).toEqual([]);
  });

  it("cites sections of the specification that there are, each with its page", () => {
    expect(describeProblems(checkCitations(new Map([...sources, ...pages]), pages))).toEqual([]);
  });

  it("has every section that the specification itself refers to", () => {
    expect(describeProblems(checkSections(pages))).toEqual([]);
  });

  it("has every invariant that it names in the specification", () => {
    expect(describeProblems(checkInvariants(new Map([...sources, ...pages]), pages))).toEqual([]);
  });

  it("has the files that the specification names", () => {
    expect(describeProblems(checkNamedFiles(pages, existsIn(ROOT)))).toEqual([]);
  });
});

describe("a planted mistake", () => {
  const planted = new Map([
    [
      "docs/spec/domain.md",
      "# 2. The domain\n\n## 2.4 Delegation `x`\n\n**Who decides.** See `store/none.ts`.\n",
    ],
    ["docs/spec/reliability.md", "# 8.\n\n## 8.1 Invariants\n\n| T9 | only a keeper |\n"],
  ]);
  const inPage = (text: string) => checkLinks(new Map([...planted, ["docs/page.md", text]]), () => false);
  const inSource = (text: string) => checkCitations(new Map([["a.ts", text]]), planted);

  it.each([
    ["[x](spec/domain.md#24-delegation-x) [y](https://example.org/) `[z](none.md)`", []],
    ["one\n[x](spec/none.md)", ["docs/page.md:2 spec/none.md: there is no docs/spec/none.md"]],
    ["[x](spec/domain.md#25)", ["docs/page.md:1 spec/domain.md#25: docs/spec/domain.md has no such heading"]],
    ["```text\n[x](none.md)\n```\n[x](#none)", ["docs/page.md:4 #none: docs/page.md has no such heading"]],
  ])("of a link is found: %j", (text, found) => {
    expect(describeProblems(inPage(text))).toEqual(found);
  });

  it.each([
    ['/** Source: spec/domain.md 2.4 "Who decides",\n * spec/reliability.md 8.1, T9. */', []],
    ["// Source: docs/spec/domain.md\n// 2.5", ["a.ts:1 spec/domain.md 2.5: there is no section 2.5"]],
    ["\n// spec/none.md 2.4", ["a.ts:2 spec/none.md: there is no docs/spec/none.md"]],
    ["// spec/domain.md, of all", ["a.ts:1 spec/domain.md: which section?"]],
    ['// spec/domain.md 2.4 "Nobody"', ['a.ts:1 spec/domain.md 2.4 "Nobody": it does not say "Nobody"']],
    ["// spec/reliability.md 8.1 T8", ["a.ts:1 spec/reliability.md 8.1 T8: there is no T8"]],
    [
      "f(2.4); /* 2-domain.md 2.4 */",
      ["a.ts:1 2-domain.md: cite a page of docs/spec/ with its section, e.g. spec/domain.md 2.4"],
    ],
    ["// docs/decisions/none.md", ["a.ts:1 there is no docs/decisions/none.md"]],
    [
      "// once each (2.7)",
      ["a.ts:1 (2.7): cite a page of docs/spec/ with its section, e.g. spec/domain.md 2.4"],
    ],
  ])("of a citation is found: %j", (text, found) => {
    expect(describeProblems(inSource(text))).toEqual(found);
  });

  it("of a section is found", () => {
    const page = ["docs/spec/api.md", "see (2.4), and\nnot (2.5)"] as const;
    expect(describeProblems(checkSections(new Map([...planted, page])))).toEqual([
      "docs/spec/api.md:2 (2.5): no such section",
    ]);
  });

  it("of an invariant is found", () => {
    const problems = checkInvariants(new Map([["a.ts", "// T9, V8\n'T77: no'"]]), planted);
    expect(describeProblems(problems)).toEqual(["a.ts:2 docs/spec/reliability.md has no T77"]);
  });

  it("of a file's name is found", () => {
    expect(describeProblems(checkNamedFiles(planted, () => false))).toEqual([
      "docs/spec/domain.md:5 there is no store/none.ts",
    ]);
  });
});
