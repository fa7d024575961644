import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, onTestFinished, vi } from "vitest";
import type { JournalEvent } from "../../machines/events/journal-event.ts";
import { Prepared } from "../../store/dialects/sqlite/prepared.ts";
import { openStore } from "../../store/open.ts";
import type { Store } from "../../store/store.ts";
import { givenCommit, givenEnvironment, givenEvent, givenTree } from "../support/store-given.ts";

const RARE = ["instance.paused"] as const;

/** So many events more: each instance's, of one task, common ones and rare. */
async function add(store: Store, from: number, count: number): Promise<void> {
  const events = Array.from({ length: count }, (_, index) => {
    const position = from + index;
    return givenEvent(position, { task: 1, name: position % 2 === 0 ? "task.queued" : RARE[0] });
  });
  await store.commit(givenCommit({ events, counters: { position: from + count - 1 } }));
}

const FILTERS = [
  ["all", {}],
  ["those of an instance", { instance: 4 }],
  ["those of a name", { names: ["task.queued"] as const }],
  ["those of a task", { task: 1 }],
  ["those of an instance that few tasks have", { instance: 4, names: RARE }],
] as const;

/** With so many events there before: the segment of the last of them is filled meanwhile, or not. */
const BEFORE = [20, 1_010, 1_023] as const;

test.each(FILTERS.flatMap(([what, filter]) => BEFORE.map((before) => [what, before, filter] as const)))(
  "of events that an owner commits while a page is read, %s are read once (%i before)",
  async (_what, before, filter) => {
    const url = `sqlite:${join(mkdtempSync(join(tmpdir(), "hopper-read-")), "store.db")}`;
    const owner = await openStore({ url, ...givenEnvironment() });
    onTestFinished(() => void owner.close());
    await owner.commit(givenCommit({ instances: { added: givenTree() } }));
    await add(owner, 1, before);
    const reader = await openStore({ url, mode: "read", ...givenEnvironment() });
    onTestFinished(() => void reader.close());
    const read: JournalEvent[] = [];
    let since = 0;
    for (let page = 0; page < 6; page += 1) {
      vi.spyOn(Prepared.prototype, "all").mockImplementationOnce(function (this: Prepared, ...values) {
        // Where the end of the journal is, it has looked up by now.
        void add(owner, before + 1 + page * 20, 20);
        return this.statement.all(...values);
      });
      const { items, next } = await reader.queries.events({ since, limit: 2_000, ...filter });
      vi.restoreAllMocks();
      read.push(...items);
      since = next;
    }
    const rest = await reader.queries.events({ since, limit: 2_000, ...filter });
    read.push(...rest.items);
    const positions = read.map(({ position }) => position);
    expect(positions).toEqual([...new Set(positions)].toSorted((a, b) => a - b));
    const all = Array.from({ length: before + 120 }, (_, at) => at + 1);
    const isFirst = "names" in filter && filter.names[0] === "task.queued";
    expect(positions).toEqual("names" in filter ? all.filter((at) => (at % 2 === 0) === isFirst) : all);
  },
);

test("a page of one task by names looks at so many of its rows and no more, and says where to go on", async () => {
  const store = await openStore({ url: "sqlite::memory:", ...givenEnvironment() });
  onTestFinished(() => void store.close());
  await store.commit(givenCommit({ instances: { added: givenTree() } }));
  await add(store, 1, 9_000);
  const filter = { task: 1, names: ["task.failed"] as const, limit: 10 };
  const first = await store.queries.events({ since: 0, ...filter });
  expect(first).toMatchObject({ items: [], next: 4_096, more: true });
  const second = await store.queries.events({ since: first.next, ...filter });
  expect(second.next).toBeGreaterThan(8_000);
  expect(await store.queries.events({ since: second.next, ...filter })).toMatchObject({
    next: 9_000,
    more: false,
  });
});
