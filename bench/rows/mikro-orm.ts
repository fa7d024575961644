import { defineEntity, p } from "@mikro-orm/core";
import type { EntityManager } from "@mikro-orm/sqlite";
import type { Case, Row } from "../lib/case.ts";
import { openPlainTable, plainRow } from "../lib/bench-store.ts";
import { randomFrom } from "../lib/stats.ts";
import { openOrm } from "../../store/dialects/sqlite/orm.ts";

const A_FLUSH = 1_000;

const BenchRow = defineEntity({
  name: "BenchRow",
  tableName: "bench_row",
  properties: {
    position: p.integer().primary(),
    at: p.integer(),
    name: p.integer(),
    instance: p.integer(),
    task: p.integer().nullable(),
    delegation: p.integer().nullable(),
    actor: p.integer().nullable(),
    cause: p.integer(),
    data: p.text().nullable(),
  },
});

function recordOf(line: number) {
  const [position, at, name, instance, task, delegation, actor, cause] = plainRow(line) as number[];
  const numbers = {
    position: position ?? 0,
    at: at ?? 0,
    name: name ?? 0,
    instance: instance ?? 0,
    cause: cause ?? 0,
  };
  return { ...numbers, task: task ?? null, delegation: delegation ?? null, actor: actor ?? null, data: "{}" };
}

type Work = (em: EntityManager, first: number, count: number) => Promise<void>;

/** Rows per second of a piece of work, after a warm-up; `filled` rows are there before. */
function ormCase(name: string, counts: { quick: number; full: number; filled?: number }, work: Work): Case {
  return {
    name,
    async run({ folder, quick }) {
      const store = await openPlainTable(folder);
      const orm = openOrm(store.database, [BenchRow]);
      const filled = counts.filled ?? 0;
      if (filled > 0) await insertMany(orm.em.fork(), 1, filled);
      const count = quick ? counts.quick : counts.full;
      const warmUp = Math.ceil(count / 5);
      await work(orm.em.fork(), filled + 1, warmUp);
      const start = performance.now();
      await work(orm.em.fork(), filled + warmUp + 1, count);
      const seconds = (performance.now() - start) / 1_000;
      await orm.close();
      await store.close();
      return { figures: { perSecond: count / seconds } };
    },
  };
}

async function createOneByOne(em: EntityManager, first: number, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    em.create(BenchRow, recordOf(first + i));
    await em.flush();
    em.clear();
  }
}

async function createMany(em: EntityManager, first: number, count: number): Promise<void> {
  for (let i = 0; i < count; i += A_FLUSH) {
    for (let j = i; j < Math.min(i + A_FLUSH, count); j++) em.create(BenchRow, recordOf(first + j));
    await em.flush();
    em.clear();
  }
}

async function insertMany(em: EntityManager, first: number, count: number): Promise<void> {
  for (let i = 0; i < count; i += A_FLUSH) {
    const rows = Array.from({ length: Math.min(A_FLUSH, count - i) }, (_, j) => recordOf(first + i + j));
    await em.insertMany(BenchRow, rows);
  }
}

const FILLED = 10_000;

async function findOne(em: EntityManager, _first: number, count: number): Promise<void> {
  const random = randomFrom(1);
  for (let i = 0; i < count; i++) {
    await em.findOneOrFail(BenchRow, { position: 1 + Math.floor(random() * FILLED) });
    em.clear();
  }
}

/** MikroORM on the same connection: why the hot path does not go through it, and what the query side costs. */
export const mikroOrm: Row = {
  name: "mikro-orm",
  title: "MikroORM, same connection",
  group: "parts",
  cases: [
    ormCase("create and flush, one by one", { quick: 1_000, full: 5_000 }, createOneByOne),
    ormCase("create, 1000 a flush", { quick: 10_000, full: 50_000 }, createMany),
    ormCase("insertMany, 1000 at a time", { quick: 20_000, full: 100_000 }, insertMany),
    ormCase("findOne by key", { quick: 2_000, full: 10_000, filled: FILLED }, findOne),
  ],
  shown: ["perSecond"],
};
