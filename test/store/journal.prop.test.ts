import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { EVENT_NAMES, type EventName } from "../../machines/events/catalogue.ts";
import { codedFields } from "../../machines/events/coding.ts";
import type { JournalEvent } from "../../machines/events/journal-event.ts";
import { newImage, imageAfter } from "../../store/dialects/sqlite/image.ts";
import { sqliteLibrary } from "../../store/dialects/sqlite/library.ts";
import type { SqliteStore } from "../../store/dialects/sqlite/sqlite-store.ts";
import { STEPS } from "../../store/migrations/index.ts";
import { openStore } from "../../store/open.ts";
import { EVENT_NAME } from "../../store/tables/event-codes.ts";
import { MOST_IN_ROW, packed, unpacked, type JournalRow } from "../../store/tables/journal.ts";
import { givenCommit, givenEnvironment, givenEvent, givenTree, NOW } from "../support/store-given.ts";

const FACTS = { id: "store", createdAt: NOW, program: "hopper 0" };

interface Shape {
  readonly name: EventName;
  readonly task: number | null;
  readonly instance: number;
  readonly delegation: number | null;
  readonly actor: string | null;
  readonly later: number;
  readonly back: number;
  readonly data: object;
}

/** Few of each, so that neighbours are often alike. */
const shape = fc.record<Shape>({
  name: fc.constantFrom(...EVENT_NAMES),
  task: fc.constantFrom(null, 1, 1, 1, 2),
  instance: fc.constantFrom(1, 2, 4),
  delegation: fc.constantFrom(null, 7),
  actor: fc.constantFrom("cli:ada", "cli:ada", "cli:ada", null),
  later: fc.constantFrom(0, 0, 0, 0, 5),
  back: fc.integer({ min: -9, max: 3 }),
  data: fc.constantFrom({}, {}, { reason: "full" }, { odd: [1, null, { deep: true }] }),
});

function eventsOf(shapes: readonly Shape[]): JournalEvent[] {
  let at = NOW;
  return shapes.map(({ later, back, ...event }, index) => {
    const position = index + 1;
    at += later;
    return givenEvent(position, { ...event, at, cause: back > 0 ? Math.max(position - back, 0) : back });
  });
}

const shapes = fc.array(shape, { maxLength: 200, size: "max" });

/** As it stands in a file. */
function throughJson(rows: readonly JournalRow[]): JournalRow[] {
  return JSON.parse(JSON.stringify(rows)) as JournalRow[];
}

async function spawnStore(image?: Uint8Array): Promise<SqliteStore> {
  const url = "sqlite::memory:";
  const store = await openStore({ url, ...givenEnvironment(), ...(image === undefined ? {} : { image }) });
  onTestFinished(() => void store.close());
  return store as SqliteStore;
}

describe("rows of the journal", () => {
  it("hold the events that were packed into them, as few rows as may be", () => {
    fc.assert(
      fc.property(shapes, (given) => {
        const events = eventsOf(given);
        const rows = throughJson(packed(events, codedFields));
        expect(rows.flatMap((row) => unpacked(row, codedFields))).toEqual(events);
        for (const [index, row] of rows.entries()) {
          const next = rows[index + 1];
          const isAlike = row.at === next?.at && row.task === next.task && row.actor === next.actor;
          expect(isAlike && row.events.length < MOST_IN_ROW).toBe(false);
          expect(row.events.length).toBeLessThanOrEqual(MOST_IN_ROW);
        }
      }),
    );
  });

  it("begin anew at an event whose cause has not happened yet: it has no distance", () => {
    const events = [givenEvent(1), givenEvent(2, { at: NOW + 1, cause: 9 })];
    const rows = packed(events, codedFields);
    expect(rows.map(({ cause }) => cause)).toEqual([0, 9]);
    expect(rows.flatMap((row) => unpacked(row, codedFields))).toEqual(events);
  });

  it("are read event by event with every filter, whatever page they are read by", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(shape, { minLength: 1, maxLength: 200, size: "max" }),
        fc.integer({ min: 1, max: 40 }),
        fc.record(
          {
            task: fc.constantFrom(1, 2),
            instance: fc.constantFrom(1, 4),
            names: fc.subarray([...EVENT_NAMES], { minLength: 1 }),
          },
          { requiredKeys: [] },
        ),
        async (given, limit, filter) => {
          const store = await spawnStore();
          const events = eventsOf(given).map((event) => ({ ...event, data: {} }) as JournalEvent);
          await store.commit(givenCommit({ instances: { added: givenTree() } }));
          await store.commit(givenCommit({ events, counters: { position: events.length, command: 9 } }));
          const read: JournalEvent[] = [];
          for (let since = 0, more = true; more;) {
            const page = await store.queries.events({ since, limit, ...filter });
            expect(page.items.length).toBeLessThanOrEqual(limit);
            read.push(...page.items);
            [since, more] = [page.next, page.more];
          }
          const { task, instance, names } = filter;
          expect(read).toEqual(
            events.filter(
              (event) =>
                (task === undefined || event.task === task) &&
                (instance === undefined || event.instance === instance) &&
                (names === undefined || names.includes(event.name)),
            ),
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  it("are what a file of before becomes, and the views tell the same", async () => {
    await fc.assert(
      fc.asyncProperty(shapes, async (given) => {
        const events = eventsOf(given);
        const old = new (sqliteLibrary())(newImage(FACTS, "rollback", imageAfter(STEPS.slice(0, 4))));
        old.exec("INSERT INTO who (no, name) VALUES (1, 'cli:ada')");
        const insert = old.prepare("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
        for (const { position, at, name, instance, task, delegation, actor, cause, data } of events) {
          const said = Object.keys(data).length === 0 ? null : JSON.stringify(data);
          const who = actor === null ? null : 1;
          insert.run(position, at, EVENT_NAME[name], instance, task, delegation, who, cause, said);
        }
        old.exec(`UPDATE counter SET position = ${events.length}, command = 9`);
        const views = ["SELECT * FROM event_view ORDER BY position", "SELECT * FROM event ORDER BY position"];
        const told = views.map((view) => old.prepare(view).all());
        const store = await spawnStore(old.serialize());
        expect((await store.queries.events({ since: 0, limit: 500 })).items).toEqual(events);
        expect(views.map((view) => store.database.prepare(view).all())).toEqual(told);
        const lengths = store.database.prepare("SELECT json_array_length(events) FROM journal").pluck().all();
        for (const length of lengths) expect(length).toBeLessThanOrEqual(MOST_IN_ROW);
      }),
      { numRuns: 40 },
    );
  });

  it("say of a full segment what it holds, also where another process has begun it", async () => {
    const add = async (store: SqliteStore, from: number, to: number): Promise<void> => {
      const events = Array.from({ length: to - from + 1 }, (_, index) =>
        givenEvent(from + index, { name: "task.queued", instance: from + index === 3 ? 1 : 4 }),
      );
      await store.commit(givenCommit({ events, counters: { position: to } }));
    };
    const named = async (store: SqliteStore): Promise<unknown> =>
      store.database.prepare("SELECT segment, names FROM event_segment").raw().all();
    const first = await spawnStore();
    await first.commit(givenCommit({ instances: { added: givenTree() } }));
    await add(first, 1, 500);
    const second = await spawnStore(first.database.serialize());
    await add(second, 501, 1_022);
    expect(await named(second)).toEqual([]);
    expect(() => second.commit(givenCommit({ events: [givenEvent(1_023), givenEvent(7)] }))).toThrow("E1");
    await add(second, 1_023, 2_050);
    expect(await named(second)).toEqual([
      [0, '{"1":[14],"4":[14],"-1":[14]}'],
      [1, '{"4":[14],"-1":[14]}'],
    ]);
    const ofOne = await second.queries.events({ since: 0, limit: 9, instance: 1, names: ["task.queued"] });
    expect(ofOne).toMatchObject({ items: [{ position: 3 }], more: false });
  });
});
