import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { ERROR_CODES } from "../machines/errors.ts";
import { STORE_ERROR_KINDS } from "../store/store-error.ts";

const page = readFileSync(new URL("../docs/troubleshooting.md", import.meta.url), "utf8");
const rows = page.split("\n").flatMap((line) => {
  const cells = line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
  const name = /^`(\w+)`$/.exec(cells[0] ?? "")?.[1];
  return name === undefined ? [] : [{ name, cells }];
});

it("has a row for every code and every kind of StoreError, each with what to do, and no other", () => {
  expect(rows.map(({ name }) => name)).toEqual([...ERROR_CODES, ...STORE_ERROR_KINDS]);
  expect(rows.filter(({ cells }) => cells.some((cell) => cell === ""))).toEqual([]);
});
