import { setImmediate as others } from "node:timers/promises";
import { EVENT_NAMES } from "../../machines/events/catalogue.ts";
import { differences, foldInstance, foldTask, instanceDifferences } from "../../machines/fold.ts";
import type { Instance } from "../../machines/records/instance.ts";
import type { DoctorFinding, Page, Queries, Store } from "../../store/store.ts";

/** Of an instance's own life: few, and found by an index. */
const OWN = EVENT_NAMES.filter((name) => name.startsWith("instance."));
/** More than an instance has in years. */
const MOST_EVENTS = 1_000_000;

/** Tasks whose journal is folded before others have their turn. */
const AT_ONCE = 100;
/** As many broken lines are told, as by each check of the store (store/doctor.ts). */
const LINES = 20;

/** Every Q of spec/reliability.md 8.1, by id: what the rows alone answer, and T8. Reads the whole journal once. */
export async function examine(store: Store): Promise<DoctorFinding[]> {
  return [...(await store.queries.doctor()), await foldTheJournal(store)];
}

const T8 = { check: "T8", rule: "folding the journal gives the row" } as const;

/** As {@link examine}, of a file that is too damaged to be opened as a store. Throws where nothing of it can be read. */
export async function examineDamaged(path: string): Promise<DoctorFinding[]> {
  const { examineFile } = await import("../../store/examine.ts");
  const broken = ["cannot be checked: the store cannot be opened"];
  return [...examineFile(path), { ...T8, broken }];
}

async function foldTheJournal({ queries }: Store): Promise<DoctorFinding> {
  const broken: string[] = [];
  const finding = { ...T8, broken };
  try {
    for await (const line of flaws(queries)) {
      broken.push(line);
      if (broken.length === LINES) break;
    }
  } catch (error) {
    broken.push(`cannot be checked: ${(error as Error).message}`);
  }
  return finding;
}

/** Where a row is not what the journal tells, and events that a machine does not accept. */
async function* flaws(queries: Queries): AsyncGenerator<string> {
  const flawsOf = (name: string, unaccepted: readonly string[], places: readonly string[]): string[] => [
    ...unaccepted.map((what) => `${name}: ${what}`),
    ...places.map((place) => `${place} is not what the journal tells`),
  ];
  for (let cursor: string | null = null, more = true; more; more = cursor !== null) {
    const page: Page<Instance> = await queries.instances({ limit: AT_ONCE, cursor, count: false, all: true });
    for (const { no } of page.items) {
      // Both are asked before either is awaited, so that nothing is committed in between.
      const row = queries.instance(no);
      const told = await queries.events({ since: 0, limit: MOST_EVENTS, names: OWN, instance: no });
      const { instance, unaccepted } = foldInstance(no, told.items);
      yield* flawsOf(`I-${no}`, unaccepted, instanceDifferences((await row) as Instance, instance));
    }
    cursor = page.nextCursor;
  }
  for (let after = 0, more = true; more;) {
    const histories = await queries.histories(after, AT_ONCE);
    for (const { task, delegations, events } of histories) {
      const folded = foldTask(task.no, events);
      yield* flawsOf(`T-${task.no}`, folded.unaccepted, differences({ task, delegations }, folded));
      after = task.no;
    }
    more = histories.length === AT_ONCE;
    await others();
  }
}
