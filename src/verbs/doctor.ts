import { setImmediate as others } from "node:timers/promises";
import { differences, foldTask } from "../../machines/fold.ts";
import type { DoctorFinding, Store } from "../../store/store.ts";

/** Tasks whose journal is folded before others have their turn. */
const AT_ONCE = 100;
/** As many broken lines are told, as by each check of the store (store/doctor.ts). */
const LINES = 20;

/** Every Q of spec/reliability.md 8.1, by id: what the rows alone answer, and T8. Reads the whole journal once. */
export async function examine(store: Store): Promise<DoctorFinding[]> {
  return [...(await store.queries.doctor()), await foldTheJournal(store)];
}

async function foldTheJournal({ queries }: Store): Promise<DoctorFinding> {
  const broken: string[] = [];
  const finding = { check: "T8", rule: "folding the journal gives the row", broken };
  try {
    let after = 0;
    while (broken.length < LINES) {
      const histories = await queries.histories(after, AT_ONCE);
      for (const { task, delegations, events } of histories) {
        const folded = foldTask(task.no, events);
        const found = differences({ task, delegations }, folded);
        broken.push(
          ...folded.unaccepted.map((what) => `T-${task.no}: ${what}`),
          ...found.map((place) => `${place} is not what the journal tells`),
        );
      }
      if (histories.length < AT_ONCE) break;
      after = (histories.at(-1) as { task: { no: number } }).task.no;
      await others();
    }
  } catch (error) {
    broken.push(`cannot be checked: ${(error as Error).message}`);
  }
  return { ...finding, broken: broken.slice(0, LINES) };
}
