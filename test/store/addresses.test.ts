import { expect, test } from "vitest";
import { Addresses } from "../../store/dialects/sqlite/addresses.ts";
import { givenCommit, givenTask } from "../support/store-given.ts";

test("of more than 65,536 tasks the addresses of those written first are put out, and come back when they are written", () => {
  const addresses = new Addresses();
  for (let from = 0; from <= 65_536; from += 4_096) {
    const added = Array.from({ length: 4_096 }, (_, index) => givenTask(from + index + 1));
    addresses.noteWritten(givenCommit({ tasks: { added } }));
  }
  const known = (no: number) => addresses.of(givenTask(no).id);
  expect([known(1), known(4_096)]).toEqual([null, null]);
  expect([known(4_097), known(69_632)]).toEqual([
    { no: 4_097, keeper: 4 },
    { no: 69_632, keeper: 4 },
  ]);
  addresses.noteWritten(givenCommit({ tasks: { moved: [givenTask(1)] } }));
  expect([known(1), known(4_097)]).toEqual([{ no: 1, keeper: 4 }, null]);
  expect([1, 65_537, 4_098, 4_096].map((no) => addresses.of(no))).toEqual([
    { no: 1, keeper: 4 },
    null,
    { no: 4_098, keeper: 4 },
    null,
  ]);
});
