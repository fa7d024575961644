import { CommitError, type Commit, type Store } from "../../store/store.ts";

/** What goes wrong with one commit. */
export type Fault =
  /** Nothing is written, and the store says why. `busy` ends by itself, `full` when there is room again. */
  | { readonly when: "before"; readonly kind: CommitError["kind"] }
  /** Everything is written, but the store reports an I/O error. */
  | { readonly when: "after" };

/** Decides for the n-th commit (1, 2, …); null = it goes well. */
export type FaultPlan = (n: number, commit: Commit) => Fault | null;

/** The store with its faults, and what became of its commits. */
export interface FaultyStore extends Store {
  /** Commits asked for so far. */
  readonly asked: number;
  /** Commits that are in the store, whatever was reported. */
  readonly written: number;
  /** Faults so far, by what they were. */
  readonly faults: ReadonlyMap<string, number>;
}

async function afterwards(commit: Promise<void>, then: () => void): Promise<void> {
  await commit;
  then();
}

/**
 * Lets the commits of a store fail as planned, for simulations. Reads go through. After an `io` fault the caller must
 * stop and open the store anew (spec/runtime.md 3.3); this layer does not check that.
 *
 * @example faulty(store, (n) => (n === 3 ? { when: "after" } : null))
 */
export function faulty(store: Store, plan: FaultPlan): FaultyStore {
  const faults = new Map<string, number>();
  let [asked, written] = [0, 0];
  const fail = (kind: CommitError["kind"], when: string): never => {
    const name = `${when} ${kind}`;
    faults.set(name, (faults.get(name) ?? 0) + 1);
    throw new CommitError(kind, `planned fault ${when} commit ${asked}`);
  };
  const layer = {
    commit(commit: Commit): void | Promise<void> {
      asked += 1;
      const fault = plan(asked, commit);
      if (fault?.when === "before") fail(fault.kind, "before");
      const done = (): void => {
        written += 1;
        if (fault?.when === "after") fail("io", "after");
      };
      const result = store.commit(commit);
      if (result instanceof Promise) return afterwards(result, done);
      done();
    },
    get asked() {
      return asked;
    },
    get written() {
      return written;
    },
    faults,
  };
  // Through the prototype, so that what else this store can do (its bytes, its connection) stays there.
  return Object.setPrototypeOf(layer, store) as FaultyStore;
}
