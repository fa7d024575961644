import type { ActorNo, TaskNo } from "../../../machines/records/values.ts";
import type { Task } from "../../../machines/records/task.ts";
import type { Commit, TaskAddress } from "../../store.ts";

/** How many addresses are kept, of about 150 bytes each; one that was put out costs a read. */
const KEPT = 65_536;

/** Where the tasks are that were written last: a command about one of them reads nothing on its way to its keeper. */
export class Addresses {
  readonly #byId = new Map<string, { readonly no: TaskNo; keeper: ActorNo }>();
  /** By number, each at its place among so many, where a later one puts it out: 16 bytes each. */
  readonly #numbers = new Float64Array(KEPT);
  readonly #keepers = new Float64Array(KEPT);

  /** What a commit has written; call it once that is durable. */
  noteWritten({ tasks }: Pick<Commit, "tasks">): void {
    for (const task of tasks.added) this.#keep(task);
    for (const task of tasks.moved) this.#keep(task);
    for (const task of tasks.edited) this.#keep(task);
  }

  /** null = not kept; the table knows. */
  of(task: TaskNo | string): TaskAddress | null {
    if (typeof task === "string") return this.#byId.get(task) ?? null;
    const place = task % KEPT;
    return this.#numbers[place] === task ? { no: task, keeper: this.#keepers[place] as ActorNo } : null;
  }

  #keep({ id, no, keeper }: Task): void {
    this.#numbers[no % KEPT] = no;
    this.#keepers[no % KEPT] = keeper;
    const known = this.#byId.get(id);
    if (known !== undefined) {
      known.keeper = keeper;
      return;
    }
    this.#byId.set(id, { no, keeper });
    if (this.#byId.size <= KEPT) return;
    for (const oldest of this.#byId.keys()) {
      this.#byId.delete(oldest);
      return;
    }
  }
}
