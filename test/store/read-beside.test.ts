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

test.each([
  ["all", {}],
  ["those of an instance", { instance: 4 }],
  ["those of a name", { names: ["task.queued"] as const }],
  ["those of a task", { task: 1 }],
  ["those of an instance that few tasks have", { instance: 4, names: RARE }],
])("of events that an owner commits while a page is read, %s are read once", async (_what, filter) => {
  const url = `sqlite:${join(mkdtempSync(join(tmpdir(), "hopper-read-")), "store.db")}`;
  const owner = await openStore({ url, ...givenEnvironment() });
  onTestFinished(() => void owner.close());
  await owner.commit(givenCommit({ instances: { added: givenTree() } }));
  await add(owner, 1, 20);
  const reader = await openStore({ url, mode: "read", ...givenEnvironment() });
  onTestFinished(() => void reader.close());
  const read: JournalEvent[] = [];
  let since = 0;
  for (let page = 0; page < 6; page += 1) {
    vi.spyOn(Prepared.prototype, "all").mockImplementationOnce(function (this: Prepared, ...values) {
      // Where the end of the journal is, it has looked up by now.
      void add(owner, 21 + page * 20, 20);
      return this.statement.all(...values);
    });
    const { items, next } = await reader.queries.events({ since, limit: 1_000, ...filter });
    vi.restoreAllMocks();
    read.push(...items);
    since = next;
  }
  const rest = await reader.queries.events({ since, limit: 1_000, ...filter });
  read.push(...rest.items);
  const positions = read.map(({ position }) => position);
  expect(positions).toEqual([...new Set(positions)].toSorted((a, b) => a - b));
  expect(positions).toHaveLength("names" in filter ? 70 : 140);
});
