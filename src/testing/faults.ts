import { CommitError, type Store } from "../../store/store.ts";

/** What goes wrong with a commit: `full` and `busy` change nothing and end; after `io` nobody knows what is stored. */
export type FaultKind = "full" | "busy" | "io";

/** Faults that a test plans, over every store of one spawned Hopper. */
export class Faults {
  readonly #planned: (FaultKind | null)[] = [];
  #isFull = false;

  /** The n-th commit from now on fails so. */
  plan(kind: FaultKind, n: number): void {
    while (this.#planned.length < n - 1) this.#planned.push(null);
    this.#planned[n - 1] = kind;
  }

  /** No commit finds room, until there is some again. */
  setFull(isFull: boolean): void {
    this.#isFull = isFull;
  }

  /** Nothing fails any more. */
  clear(): void {
    this.#planned.length = 0;
    this.#isFull = false;
  }

  /** The store with what is planned. */
  over(store: Store): Store {
    const layer: Partial<Store> = {
      commit: (commit) => {
        this.#strike();
        return store.commit(commit);
      },
      moveSpans: (by) => {
        this.#strike();
        return store.moveSpans(by);
      },
    };
    return Object.setPrototypeOf(layer, store) as Store;
  }

  #strike(): void {
    const kind = this.#planned.shift() ?? (this.#isFull ? "full" : null);
    if (kind !== null) throw new CommitError(kind, "a fault that the test has planned");
  }
}
