import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Tally } from "../../machines/records/instance.ts";
import { createHopper } from "../../src/index.ts";
import type { SqliteStore } from "../../store/dialects/sqlite/sqlite-store.ts";
import type { Commit, DirectoryEntry } from "../../store/store.ts";
import { openFileStore } from "./bench-store.ts";
import { recordsOf, type SeedCounters, type SeedTask } from "./seed-records.ts";
import { randomFrom } from "./stats.ts";
import { createWorld, GLOBAL_NAME, PLACES, urlOf } from "./w3-world.ts";

const TASKS_A_COMMIT = 2_000;
const DAYS_90_MS = 90 * 86_400_000;
const IDLE_INSTANCES = 1_000;
/** Raised when what is seeded changes, so that a kept file is made anew. */
const SEED_VERSION = 1;
/** A kept file that has grown beyond this part of what was seeded is made anew. */
const MOST_GROWTH = 1.2;
const DESCRIPTION =
  "What is to be done, in a few words more than the title has room for, as people write it. ".repeat(3);

export interface SeedPlan {
  readonly tasks: number;
  /** finished = 98 % done, 1 % failed, 1 % cancelled; queued = waiting for workers. */
  readonly state: "finished" | "queued";
  readonly seed: number;
}

/** Name of a rare tag that the seeded tasks have, and of every hundredth run. */
export const RARE_TAG = "rare";
export const runName = (run: number): string => `nightly@bench#${run}`;

interface Layout {
  readonly root: DirectoryEntry;
  readonly projects: readonly DirectoryEntry[];
  readonly places: readonly DirectoryEntry[];
}

function layoutOf(entries: readonly DirectoryEntry[]): Layout {
  const root = entries.find((entry) => entry.name === GLOBAL_NAME);
  if (root === undefined) throw new Error(`no ${GLOBAL_NAME} in the store`);
  return {
    root,
    projects: entries.filter((entry) => entry.scope === "PROJECT"),
    places: entries.filter((entry) => PLACES.includes(entry.name)),
  };
}

function describer(layout: Layout, plan: SeedPlan): (no: number) => SeedTask {
  const random = randomFrom(plan.seed);
  const projects = layout.projects.map((project) => project.no);
  const priorities = ["urgent", "high", "medium", "medium", "medium", "low"] as const;
  const startedAt = Date.now() - DAYS_90_MS;
  return (no) => {
    const place = layout.places[Math.floor(random() * layout.places.length)];
    const project = place?.parent ?? null;
    if (place === undefined || project === null) throw new Error("no orchestration to give tasks to");
    const dice = random();
    return {
      title: `Task number ${no}`,
      tags: [`tag-${projects.indexOf(project)}`, ...(no % 1_000 === 7 ? [RARE_TAG] : [])],
      priority: priorities[Math.floor(random() * priorities.length)] ?? "medium",
      description: no % 10 === 3 ? DESCRIPTION : null,
      project: no % 20 === 1 ? `project-${projects.indexOf(project)}` : null,
      run: no % 50 === 2 ? { id: runName(Math.floor(no / 5_000)), key: `step-${no}` } : null,
      parentTask: no > 1_000 && no % 200 === 5 ? no - 1_000 : null,
      path: [layout.root.no, project, place.no],
      siblings: layout.places.filter((other) => other.parent === project).map((other) => other.no),
      projects,
      at: startedAt + Math.floor((no / plan.tasks) * DAYS_90_MS),
      end: plan.state === "queued" ? "queued" : dice < 0.01 ? "failed" : dice < 0.02 ? "cancelled" : "done",
    };
  };
}

const NOTHING_ELSE = {
  instances: { added: [], changed: [] },
  roster: { kept: [], ended: [] },
  watches: [],
  mail: { added: [], done: [] },
  deadLetters: [],
  redriven: [],
  keys: [],
  answers: [],
};

/** One batch of tasks as one commit through the port. */
function commitOf(
  seeds: readonly SeedTask[],
  counters: SeedCounters,
  tallies: ReadonlyMap<number, Tally>,
): Omit<Commit, "counters"> {
  const records = seeds.map((seed) => recordsOf(seed, counters));
  for (const { task } of records) {
    const tally = tallies.get(task.holder ?? 0);
    if (tally !== undefined) tally[task.status] += 1;
  }
  return {
    ...NOTHING_ELSE,
    at: seeds[0]?.at ?? 0,
    tallies: [...tallies.values()],
    tasks: { added: records.map(({ task }) => task), moved: [], edited: [] },
    delegations: { added: records.flatMap(({ hops }) => hops), changed: [] },
    results: records.flatMap(({ result }) => (result === null ? [] : [result])),
    events: records.flatMap(({ events }) => events),
  };
}

async function fill(store: SqliteStore, plan: SeedPlan): Promise<void> {
  const layout = layoutOf(await store.directory());
  const counters = { ...(await store.counters()) };
  const describe = describer(layout, plan);
  const tallies = new Map<number, Tally>();
  for (const place of layout.places) tallies.set(place.no, { ...(await store.queries.tally(place.no)) });
  for (let done = 0; done < plan.tasks; done += TASKS_A_COMMIT) {
    const count = Math.min(TASKS_A_COMMIT, plan.tasks - done);
    const seeds = Array.from({ length: count }, (_, index) => describe(done + index + 1));
    const commit = commitOf(seeds, counters, tallies);
    await store.commit({ ...commit, counters: { ...counters } });
  }
  await fillRoster(store, layout, plan);
  await store.checkpoint();
}

/** What parents know of open hops below them, for queued tasks. */
async function fillRoster(store: SqliteStore, layout: Layout, plan: SeedPlan): Promise<void> {
  if (plan.state !== "queued") return;
  const open = store.database.prepare(
    "SELECT count(*) AS hops FROM delegation WHERE target = ? AND status = 2",
  );
  const count = (no: number): number => (open.get(no) as { hops: number }).hops;
  const parents = await Promise.all(
    [layout.root, ...layout.projects].map(async (entry) => store.actor(entry.no)),
  );
  const roster = parents
    .flatMap((rows) => rows?.roster ?? [])
    .map((entry) => ({ ...entry, ownOpen: count(entry.child) }));
  const counters = await store.counters();
  const tasks = { added: [], moved: [], edited: [] };
  await store.commit({
    ...NOTHING_ELSE,
    at: Date.now(),
    counters,
    roster: { kept: roster, ended: [] },
    tallies: [],
    tasks,
    delegations: { added: [], changed: [] },
    results: [],
    events: [],
  });
}

/** The hierarchy of W3, and 1,000 instances below a root of their own that never get work. */
export async function createGrownWorld(file: string): Promise<void> {
  const hopper = await createHopper({ store: urlOf(file) });
  await createWorld(hopper);
  await hopper.instances.create({ name: "attic", scope: "GLOBAL", start: true });
  for (let i = 0; i < IDLE_INSTANCES; i++) {
    await hopper.instances.create({ name: `idle-${i}`, scope: "PERSONAL", parentId: "attic", start: true });
  }
  await hopper.close();
}

/** What tells kept files of different schemas and seeds apart. */
async function printOf(plan: SeedPlan, folder: string): Promise<string> {
  const probe = await openFileStore(join(folder, "probe.db"));
  const schema = probe.database.prepare("SELECT group_concat(sql) AS sql FROM sqlite_master").get() as {
    sql: string;
  };
  await probe.close();
  const content = `${SEED_VERSION} ${plan.seed} ${schema.sql}`;
  return createHash("sha256").update(content).digest("hex").slice(0, 10);
}

/** Whether a kept file is still about what was seeded: runs add to it, and one that was killed leaves open tasks. */
async function isAsSeeded(file: string, plan: SeedPlan): Promise<boolean> {
  if (!existsSync(file)) return false;
  const store = await openFileStore(file);
  let [open, all] = [0, 0];
  for (const {
    pending,
    blocked,
    queued,
    claimed,
    in_progress,
    waiting,
    ...final
  } of await store.queries.tallies()) {
    const left = pending + blocked + queued + claimed + in_progress + waiting;
    open += left;
    all += left + final.done + final.failed + final.cancelled;
  }
  await store.close();
  return open === (plan.state === "queued" ? plan.tasks : 0) && all <= plan.tasks * MOST_GROWTH;
}

/** A store with so many tasks, from the kept folder when it is there already. Takes minutes for a million. */
export async function seededFile(keptFolder: string, plan: SeedPlan): Promise<string> {
  const kind = `${plan.tasks}-${plan.state}-`;
  const unfinished = join(keptFolder, `unfinished-${process.pid}`);
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  try {
    const folder = join(keptFolder, kind + (await printOf(plan, unfinished)));
    const file = join(folder, "hopper.db");
    if (await isAsSeeded(file, plan)) return file;
    // Files of older schemas, or that have been used up, are of no use to anybody.
    for (const name of readdirSync(keptFolder)) {
      if (name.startsWith(kind)) rmSync(join(keptFolder, name), { recursive: true });
    }
    const fresh = join(unfinished, "hopper.db");
    await createGrownWorld(fresh);
    const store = await openFileStore(fresh);
    await fill(store, plan);
    await store.close();
    renameSync(unfinished, folder);
    return file;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}
