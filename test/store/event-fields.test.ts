import { describe, expect, it, onTestFinished } from "vitest";
import type { Database } from "../../store/dialects/sqlite/library.ts";
import type { SqliteStore } from "../../store/dialects/sqlite/sqlite-store.ts";
import { openStore, serialize } from "../../store/open.ts";
import type { Store } from "../../store/store.ts";
import { EVENT_NAME } from "../../store/tables/event-codes.ts";
import { givenCommit, givenEnvironment, givenEvent, givenTree, NOW } from "../support/store-given.ts";

const HOP = { source: 2, target: 4, type: "route", seq: 1, expiresAt: NOW + 60_001 };

async function spawnStore(image?: Uint8Array): Promise<SqliteStore> {
  const store = (await openStore({
    url: "sqlite::memory:",
    ...givenEnvironment(),
    ...(image === undefined ? {} : { image }),
  })) as SqliteStore;
  onTestFinished(() => void store.close());
  return store;
}

async function note(store: Store, position: number, name: "delegation.pending" | "task.queued", data = {}) {
  const event = givenEvent(position, { name, data, at: NOW });
  await store.commit(givenCommit({ events: [event], counters: { position } }));
}

/** A store whose one event stands so in its row. */
async function spawnHolding(event: readonly unknown[]): Promise<SqliteStore> {
  const store = await spawnStore();
  await store.commit(givenCommit({ instances: { added: givenTree() } }));
  await note(store, 1, "task.queued");
  store.database.exec("DROP TRIGGER journal_unchanged");
  store.database.prepare("UPDATE journal SET events = ?").run(JSON.stringify([event]));
  return store;
}

/** Data of the events of the store, in order. */
async function dataOf(store: Store): Promise<unknown[]> {
  return (await store.queries.events({ since: 0, limit: 10 })).items.map(({ data }) => data);
}

function placesOf(database: Database, name: "delegation.pending"): unknown[] {
  return database
    .prepare("SELECT field FROM event_field WHERE name = ? ORDER BY place")
    .pluck()
    .all(EVENT_NAME[name]);
}

describe("the journal's data", () => {
  it("stands in its rows by places, and people read words of it", async () => {
    const store = await spawnStore();
    await store.commit(givenCommit({ instances: { added: givenTree() } }));
    await note(store, 1, "delegation.pending", { ...HOP, previous: null, byCaller: true });
    await note(store, 2, "task.queued");
    expect(store.database.prepare("SELECT data FROM event ORDER BY position").pluck().all()).toEqual([
      '[2,4,"route",1,60001,null,null,[],null,true]',
      null,
    ]);
    const [shown, nothing] = store.database
      .prepare("SELECT data FROM event_view ORDER BY position")
      .pluck()
      .all() as string[];
    expect(JSON.parse(String(shown))).toEqual({
      ...HOP,
      expiresAt: new Date(HOP.expiresAt).toISOString(),
      previous: null,
      byCaller: true,
    });
    expect(nothing).toBeNull();
    expect(await dataOf(store)).toEqual([{ ...HOP, previous: null, byCaller: true }, {}]);
  });

  it("is read by the places that its file says, whatever the order of the catalogue", async () => {
    const first = await spawnStore();
    await first.commit(givenCommit({ instances: { added: givenTree() } }));
    // As by a version that knew two fields, in another order.
    first.database.exec(
      `INSERT INTO event_field VALUES (${EVENT_NAME["delegation.pending"]}, 0, 'seq', 0), (${EVENT_NAME["delegation.pending"]}, 1, 'source', 0)`,
    );
    const store = await spawnStore(serialize(first));
    await note(store, 1, "delegation.pending", HOP);
    expect(placesOf(store.database, "delegation.pending").slice(0, 4)).toEqual([
      "seq",
      "source",
      "target",
      "type",
    ]);
    expect(store.database.prepare("SELECT data FROM event").pluck().get()).toBe('[1,2,4,"route",60001]');
    expect(await dataOf(store)).toEqual([HOP]);
    expect(await dataOf(await spawnStore(serialize(store)))).toEqual([HOP]);
  });

  it("is read as objects where an older version has written it", async () => {
    const store = await spawnHolding([28, 4, 0, { source: 2, expiresAt: NOW }]);
    expect(await dataOf(store)).toEqual([{ source: 2, expiresAt: NOW }]);
    const shown = store.database.prepare("SELECT data FROM event_view").pluck().get() as string;
    expect(JSON.parse(shown)).toEqual({ source: 2, expiresAt: NOW });
  });

  it("with more places than its file says is damage, not a fault of ours", async () => {
    const store = await spawnHolding([14, 4, 0, Array(99).fill(1)]);
    expect(() => store.queries.events({ since: 0, limit: 1 })).toThrow(
      expect.objectContaining({
        name: "UnreadableValue",
        message: expect.stringContaining("99 places") as unknown,
      }) as Error,
    );
  });

  it("has its places again after a commit that was rolled back", async () => {
    const store = await spawnStore();
    await store.commit(givenCommit({ instances: { added: givenTree() } }));
    const twice = [1, 1].map((position) =>
      givenEvent(position, { name: "delegation.pending", data: HOP, at: NOW }),
    );
    expect(() => store.commit(givenCommit({ events: twice }))).toThrow("E1");
    const broken = givenCommit({
      events: [givenEvent(1, { name: "delegation.pending", data: HOP, at: NOW })],
      redriven: [99],
    });
    expect(() => store.commit(broken)).toThrow("dead letter");
    expect(placesOf(store.database, "delegation.pending")).toEqual([]);
    await note(store, 1, "delegation.pending", HOP);
    expect(await dataOf(store)).toEqual([HOP]);
  });

  it("is read by one who had looked before the first event was there", async () => {
    const store = await spawnStore();
    expect(await dataOf(store)).toEqual([]);
    await store.commit(givenCommit({ instances: { added: givenTree() } }));
    await note(store, 1, "delegation.pending", HOP);
    expect(await dataOf(store)).toEqual([HOP]);
  });
});
