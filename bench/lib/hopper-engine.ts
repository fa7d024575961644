import { createHopper, type Hopper } from "../../src/index.ts";
import { openStore } from "../../store/open.ts";
import type { SqliteStore } from "../../store/dialects/sqlite/sqlite-store.ts";
import type { Store } from "../../store/store.ts";
import { systemClock, systemIds } from "../../src/environment/real.ts";
import { internalsOf } from "../../src/verbs/internals.ts";
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

function verbsForMany({ tasks }: Hopper): NonNullable<HopperEngine["many"]> {
  return {
    add: (added) =>
      tasks.addBatch(added.map(({ title, tag }) => ({ title, tags: [tag], instanceId: GLOBAL_NAME }))),
    async complete(claims) {
      const items = claims.map(({ task, token }) => ({
        id: String(task),
        leaseToken: String(token),
        result: { ok: true },
      }));
      const failed = (await tasks.completeMany(items)).items.find(({ error }) => error !== null);
      if (failed?.error) throw failed.error;
    },
  };
}

/** Hopper itself, in this process, through its library; `many`: by its verbs for several tasks. */
export async function openHopperEngine(file: string, many?: "many"): Promise<HopperEngine> {
  const opened = await openStore({
    url: urlOf(file),
    clock: systemClock,
    ids: { uuid: () => systemIds.uuid(Date.now()) },
  });
  const { store, commits, commitMs } = watched(opened);
  const hopper = await createHopper({ opened: store });
  return {
    hopper,
    store,
    database: (opened as SqliteStore).database,
    work: () => ({ commits: commits(), commitMs: commitMs(), turns: internalsOf(hopper).metrics().turns }),
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
    ...(many === undefined ? {} : { many: verbsForMany(hopper) }),
  };
}
