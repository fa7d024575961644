import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStore, StoreError } from "../../store/open.ts";
import { givenCommit, givenEvent, givenEnvironment, givenTask, givenTree } from "../support/store-given.ts";

const FRAME_BYTES = 4_096 + 24;
const WAL_HEADER_BYTES = 32;
const COMMITS = 12;

let folder: string;
let file: Buffer;
let log: Buffer;

/** A store whose every commit is still in its log: commit n adds task n and event n. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "hopper-wal-"));
  const path = join(folder, "store.db");
  const store = await openStore({ url: `sqlite:${path}`, ...givenEnvironment() });
  await store.commit(givenCommit({ instances: { added: givenTree() } }));
  await store.checkpoint();
  for (let n = 1; n <= COMMITS; n++) {
    const task = givenTask(n, { payload: JSON.stringify("x".repeat(n * 700)) });
    await store.commit(
      givenCommit({ tasks: { added: [task] }, events: [givenEvent(n, { task: n })], counters: { task: n } }),
    );
  }
  file = readFileSync(path);
  log = readFileSync(`${path}-wal`);
  await store.close();
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** How many commits a store with this log shows, when they are an exact prefix; or that it was refused. */
async function shown(cut: Buffer): Promise<number | "refused"> {
  const path = join(mkdtempSync(join(folder, "cut-")), "store.db");
  writeFileSync(path, file);
  writeFileSync(`${path}-wal`, cut);
  try {
    const store = await openStore({ url: `sqlite:${path}`, ...givenEnvironment() });
    const { items } = await store.queries.events({ since: 0, limit: 100 });
    const findings = await store.queries.doctor();
    for (const { position } of items) expect(await store.task(position)).not.toBeNull();
    expect(await store.task(items.length + 1)).toBeNull();
    expect(findings.filter(({ check, broken }) => check === "file" && broken.length > 0)).toEqual([]);
    await store.close();
    return items.length;
  } catch (error) {
    if (error instanceof StoreError) return "refused";
    throw error;
  } finally {
    rmSync(dirname(path), { recursive: true });
  }
}

test("a log cut at any frame, or within one, opens as an exact prefix of what was committed", async () => {
  const frames = Math.floor((log.length - WAL_HEADER_BYTES) / FRAME_BYTES);
  expect(await shown(log)).toBe(COMMITS);
  const counts: number[] = [];
  for (let frame = 0; frame <= frames; frame++) {
    const end = WAL_HEADER_BYTES + frame * FRAME_BYTES;
    const atBoundary = await shown(log.subarray(0, end));
    expect(await shown(log.subarray(0, end + 1_000))).toBe(atBoundary);
    counts.push(Number(atBoundary));
  }
  expect(counts).toEqual(counts.toSorted((a, b) => a - b));
  expect(new Set(counts).size).toBe(COMMITS + 1);
});

test("a log with flipped bits opens as an exact prefix or is refused", async () => {
  const outcomes = new Set<number | "refused">();
  for (let at = 5; at < log.length; at += 3_001) {
    const broken = Buffer.from(log);
    broken[at] = (broken[at] ?? 0) ^ 0x10;
    outcomes.add(await shown(broken));
  }
  expect(outcomes.size).toBeGreaterThan(5);
});
