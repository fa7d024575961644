import { System } from "../../actors/system.ts";
import { createHopper, type Hopper } from "../../src/index.ts";
import { openStore } from "../../store/open.ts";
import type { SqliteStore } from "../../store/dialects/sqlite/sqlite-store.ts";
import type { Store } from "../../store/store.ts";
import { systemClock, systemIds } from "../../src/seams.ts";
import type { MeasuredEngine } from "./w3-measure.ts";
import { GLOBAL_NAME, PLACES, urlOf } from "./w3-world.ts";

/** How long a claim waits for a task: the most that is idle at the end of a run. */
const WAIT_SECONDS = 1;

export interface HopperEngine extends MeasuredEngine {
  readonly hopper: Hopper;
  readonly store: Store;
}

/** Counts and times the commits of a store. */
function watched(store: Store): { store: Store; commits: () => number; commitMs: () => number } {
  let [commits, commitMs] = [0, 0];
  const proxy = Object.create(store) as { commit: Store["commit"] };
  proxy.commit = (commit) => {
    const start = performance.now();
    const done = store.commit(commit);
    commits += 1;
    commitMs += performance.now() - start;
    return done;
  };
  return { store: proxy as Store, commits: () => commits, commitMs: () => commitMs };
}

/** Makes a Hopper, and finds the loop inside it: what the loop counts is shown to nobody outside. */
async function withLoop(create: () => Promise<Hopper>): Promise<{ hopper: Hopper; loop: System }> {
  const opened: System[] = [];
  const proto = System.prototype;
  const open = Object.getOwnPropertyDescriptor(proto, "open")?.value as System["open"];
  proto.open = function openNoted(this: System) {
    opened.push(this);
    return open.call(this);
  };
  try {
    const hopper = await create();
    const [loop, ...more] = opened;
    if (loop === undefined || more.length > 0) throw new Error(`a Hopper opened ${opened.length} loops`);
    return { hopper, loop };
  } finally {
    proto.open = open;
  }
}

/** Hopper itself, in this process, through its library. */
export async function openHopperEngine(file: string): Promise<HopperEngine> {
  const opened = await openStore({
    url: urlOf(file),
    clock: systemClock,
    ids: { uuid: () => systemIds.uuid(Date.now()) },
  });
  const { store, commits, commitMs } = watched(opened);
  const { hopper, loop } = await withLoop(() => createHopper({ opened: store }));
  return {
    hopper,
    store,
    database: (opened as SqliteStore).database,
    work: () => ({ commits: commits(), commitMs: commitMs(), turns: loop.metrics.turns }),
    add: (title, tag) => hopper.tasks.add({ title, tags: [tag], instanceId: GLOBAL_NAME }),
    async claim(place, max) {
      const name = PLACES[place] ?? "";
      const claims = await hopper.instances.claim(name, {
        workerId: `worker-${place}`,
        max,
        waitSeconds: WAIT_SECONDS,
      });
      return claims.map(({ task, lease }) => ({ title: task.title, task: task.id, token: lease.token }));
    },
    complete: ({ task, token }) =>
      hopper.tasks.complete(String(task), { leaseToken: String(token), result: { ok: true } }),
  };
}
