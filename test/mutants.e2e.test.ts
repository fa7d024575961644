import { expect, it } from "vitest";
import { MUTANTS } from "./mutants/list.ts";
import { tryMutants } from "./mutants/try-mutants.ts";

const DAY_MS = 86_400_000;
/** So many a day; `npm run mutants` tries all. */
const SLICE = 5;
const first = (Math.floor(Date.now() / DAY_MS) * SLICE) % MUTANTS.length;
const slice = [...MUTANTS, ...MUTANTS].slice(first, first + SLICE);

it(
  "five of the bugs that were or might be made are found, others each day",
  { timeout: 600_000 },
  async () => {
    const tried = await tryMutants(slice);
    expect(tried.filter(({ killed }) => killed !== true)).toEqual([]);
  },
);

it("each of them can be planted, and says by which tests it is found", async () => {
  const texts = new Set(MUTANTS.map(({ file, text }) => `${file} ${text}`));
  expect(texts.size).toBe(MUTANTS.length);
  const { readFile } = await import("node:fs/promises");
  for (const { file, text, tests } of MUTANTS) {
    const source = await readFile(file, "utf8");
    expect(source.split(text), `${file}: ${text}`).toHaveLength(2);
    expect(tests.length).toBeGreaterThan(0);
  }
});
