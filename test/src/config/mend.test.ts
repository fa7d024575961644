import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HopperError } from "../../../machines/errors.ts";
import { loadConfiguration, type ConfigurationSources } from "../../../src/config/config.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hopper-config-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

function fixOf(sources: ConfigurationSources): unknown {
  try {
    loadConfiguration(sources);
  } catch (error) {
    if (error instanceof HopperError) return error.facts["fix"];
    throw error;
  }
  throw new Error("it was accepted");
}

describe("given a mistake in a file, what to change", () => {
  test.each([
    ["tasks:\n  max_atempts: 3\n", "2: rename max_atempts to max_attempts"],
    ["tasks: {}\nzebra: 1\n", "2: remove zebra"],
    ["tasks:\n  max_attempts: 0\n", "2: change tasks.max_attempts"],
    ["scopes:\n  project:\n    fallback: hld\n", "3: change scopes.PROJECT.fallback"],
    ["\n- a\n", "2: write keys with values"],
    ["tasks: {\n", "2: make it valid YAML there"],
    ["store: work.db\n", "1: set store to sqlite:PATH"],
    ["tasks: { retry_backoff_ms: 10m }\n", "1: change tasks.retry_backoff_ms"],
  ])("then of %j it is line %s", (text, change) => {
    const file = put("hopper.yaml", text);
    expect(fixOf({ file })).toBe(`edit ${file}, line ${change}`);
  });

  test("then it speaks of JSON in a file of JSON, and of the size of one that is too big", () => {
    const json = put("hopper.json", "{\n,}");
    expect(fixOf({ file: json })).toBe(`edit ${json}, line 2: make it valid JSON there`);
    const big = put("big.yaml", "#".repeat(1_048_577));
    expect(fixOf({ file: big })).toBe(`edit ${big}, line 1: make it smaller`);
  });

  test("then it names the included file that holds it", () => {
    const scopes = put("scope_behaviors.yaml", "project:\n  falback: hold\n");
    expect(fixOf({ dataFolder: folder })).toBe(`edit ${scopes}, line 2: rename falback to fallback`);
  });

  test("then a file that is not there, or is none, is to be looked at", () => {
    mkdirSync(join(folder, "a folder.yaml"));
    expect(fixOf({ file: join(folder, "none.yaml") })).toBe(`ls -ld ${folder}`);
    expect(fixOf({ file: join(folder, "a folder.yaml") })).toBe(`ls -ld '${join(folder, "a folder.yaml")}'`);
  });
});

describe("given a mistake elsewhere, what to change", () => {
  test.each<[Record<string, string>, string]>([
    [
      { HOPPER_TASKS_MAX_ATEMPTS: "5" },
      "unset HOPPER_TASKS_MAX_ATEMPTS    (and set HOPPER_TASKS_MAX_ATTEMPTS)",
    ],
    [{ HOPPER_TASKS_XYZXYZXYZXYZXYZXYZXYZ: "5" }, "unset HOPPER_TASKS_XYZXYZXYZXYZXYZXYZXYZ"],
    [{ HOPPER_TASKS_MAX_ATTEMPTS: "0" }, "unset HOPPER_TASKS_MAX_ATTEMPTS    (or give it another value)"],
    [{ HOPPER_STORE: "x" }, "unset HOPPER_STORE    (or give it another value)"],
  ])("then of the environment %j it is the variable", (env, fix) => {
    expect(fixOf({ env })).toBe(fix);
  });

  test("then in what a program gave there is nothing that could be edited", () => {
    expect(fixOf({ content: { tasks: { max_attempts: 0 } } })).toBeUndefined();
    expect(fixOf({ content: { store: "x" } })).toBeUndefined();
  });
});

describe("given a store with a relative path", () => {
  const storeOf = (sources: ConfigurationSources) => loadConfiguration(sources).store;

  test("then one in a file counts from the file's folder, one in the environment from the working folder", () => {
    const file = put("hopper.yaml", "store: sqlite:data/my.db\n");
    expect(storeOf({ file })).toBe(`sqlite:${join(folder, "data/my.db")}`);
    const env = { HOPPER_STORE: "sqlite:../my.db" };
    expect(storeOf({ env, workingFolder: join(folder, "work") })).toBe(`sqlite:${join(folder, "my.db")}`);
    expect(storeOf({ env })).toBe("sqlite:../my.db");
  });

  test("then one that a program gave stays as it is, and so does the store in memory", () => {
    expect(storeOf({ content: { store: "sqlite:my.db" } })).toBe("sqlite:my.db");
    expect(storeOf({ file: put("hopper.yaml", "store: 'sqlite::memory:'\n") })).toBe("sqlite::memory:");
  });
});
