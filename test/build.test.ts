import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { putInPlace } from "../scripts/put-in-place.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "hopper-build-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A folder of that name, holding what says whose build it is. */
function given(name: string, build: string): string {
  const folder = join(root, name);
  mkdirSync(join(folder, "cli"), { recursive: true });
  writeFileSync(join(folder, "cli", "main.js"), build);
  return folder;
}

const inPlace = (dist: string): string => readFileSync(join(dist, "cli", "main.js"), "utf8");

describe("given a new build", () => {
  it("when there is none yet, then it is put in place", async () => {
    const fresh = given("dist.new", "new");
    const dist = join(root, "dist");
    await putInPlace({ fresh, dist });
    expect([inPlace(dist), readdirSync(root)]).toEqual(["new", ["dist"]]);
  });

  it("when there is one, then it takes its place and nothing is left of it", async () => {
    const dist = given("dist", "old");
    await putInPlace({ fresh: given("dist.new", "new"), dist });
    expect([inPlace(dist), readdirSync(root)]).toEqual(["new", ["dist"]]);
  });

  it("when an earlier one was ended half-way, then what that left is no obstacle", async () => {
    given("dist.old", "older");
    const dist = given("dist", "old");
    await putInPlace({ fresh: given("dist.new", "new"), dist });
    expect([inPlace(dist), readdirSync(root)]).toEqual(["new", ["dist"]]);
  });

  it("when it cannot be put in place, then the one that was there still is", async () => {
    const dist = given("dist", "old");
    const missing = join(root, "dist.new");
    await expect(putInPlace({ fresh: missing, dist })).rejects.toThrow(/ENOENT/);
    expect(inPlace(dist)).toBe("old");
    expect(existsSync(missing)).toBe(false);
  });
});
