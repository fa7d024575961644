import { expect, it } from "vitest";
import type { Door } from "../../../src/door/door.ts";
import { EventReader } from "../../../src/door/event-reader.ts";

/** A reader over a journal in which nothing is found on so many pages. */
function reader(pages: number): EventReader {
  const events = ({ since }: { since: number }) => ({ items: [], next: since + 1, more: since + 1 < pages });
  const door = {
    store: { queries: { events }, counters: () => ({ position: pages }) },
    lifetime: { mustLast: () => undefined },
    instanceNo: () => undefined,
  } as unknown as Door;
  return new EventReader(door, { views: async () => [], knowsCommits: true, begins: () => undefined });
}

it.each([{}, { last: 5 }])(
  "who looks for what is rare, %j, lets others have their turn between two pages",
  async (params) => {
    let turns = 0;
    let isOver = false;
    const turn = (): void => {
      turns += 1;
      if (!isOver) setImmediate(turn);
    };
    setImmediate(turn);
    for await (const event of reader(20).read({ ...params, type: "task.failed" }))
      expect(event).toBeUndefined();
    isOver = true;
    expect(turns).toBeGreaterThanOrEqual(19);
  },
);
