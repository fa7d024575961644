import { expect, test } from "vitest";
import { SortedBlocks } from "../../../machines/queues/sorted-blocks.ts";

/** Numbers up to a count, inserted in another order: 1,237 has no divisor in common with the count. */
function filled(count: number): SortedBlocks<number> {
  const blocks = new SortedBlocks<number>((a, b) => a - b);
  for (let step = 0; step < count; step += 1) blocks.insert((step * 1_237) % count);
  return blocks;
}

test("sorted blocks are walked in order from any item, over the ends of blocks", () => {
  const blocks = filled(5_000);
  const walked: number[] = [];
  for (let item = blocks.first(); item !== undefined; item = blocks.after(item)) walked.push(item);
  expect(walked).toEqual([...blocks.values()]);
  expect(walked).toHaveLength(5_000);
  expect([blocks.after(-1), blocks.after(4_998.5), blocks.after(4_999), blocks.after(9_000)]).toEqual([
    0,
    4_999,
    undefined,
    undefined,
  ]);
});

test("an item that is not there is not deleted, and one that is, once", () => {
  const blocks = filled(1_000);
  expect([blocks.delete(500), blocks.delete(500), blocks.delete(0.5), blocks.after(499)]).toEqual([
    true,
    false,
    false,
    501,
  ]);
});
