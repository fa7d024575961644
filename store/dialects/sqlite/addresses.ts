import type { ActorNo, TaskNo } from "../../../machines/records/values.ts";
import type { Task } from "../../../machines/records/task.ts";
import type { Commit, TaskAddress } from "../../store.ts";

/** How many addresses are kept, of about 200 bytes each; one that was put out costs a read. */
const KEPT = 65_536;

interface Address extends TaskAddress {
  keeper: ActorNo;
}

/** Where the tasks are that were written last: a command about one of them reads nothing on its way to its keeper. */
export class Addresses {
  readonly #byId = new Map<string, Address>();
  readonly #byNo = new Map<TaskNo, { readonly id: string; readonly address: Address }>();

  /** What a commit has written; call it once that is durable. */
  noteWritten({ tasks }: Pick<Commit, "tasks">): void {
    for (const task of tasks.added) this.#keep(task);
    for (const task of tasks.moved) this.#keep(task);
    for (const task of tasks.edited) this.#keep(task);
  }

  /** null = not kept; the table knows. */
  of(task: TaskNo | string): TaskAddress | null {
    return (typeof task === "number" ? this.#byNo.get(task)?.address : this.#byId.get(task)) ?? null;
  }

  #keep({ id, no, keeper }: Task): void {
    const known = this.#byNo.get(no);
    if (known !== undefined) {
      known.address.keeper = keeper;
      return;
    }
    const address = { no, keeper };
    this.#byId.set(id, address);
    this.#byNo.set(no, { id, address });
    if (this.#byNo.size <= KEPT) return;
    for (const [oldest, kept] of this.#byNo) {
      this.#byNo.delete(oldest);
      this.#byId.delete(kept.id);
      return;
    }
  }
}
