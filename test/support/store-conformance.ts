import { afterEach, beforeEach, describe } from "vitest";
import type { Commit, Store } from "../../store/store.ts";
import { commitsConform } from "./store-conforms-commits.ts";
import { listsConform } from "./store-conforms-lists.ts";
import { momentsConform } from "./store-conforms-moments.ts";
import { roundTripsConform } from "./store-conforms-round-trips.ts";
import { rulesConform } from "./store-conforms-rules.ts";
import { givenCommit, givenTree } from "./store-given.ts";

/** How a kind of store is made for one test and done away with. */
export interface StoreKind {
  setup(): Promise<Store>;
  /** The same store after its process is gone: everything but what was committed is lost. */
  reopen(store: Store): Promise<Store>;
  teardown(store: Store): Promise<void>;
}

/** What a chapter of the suite works with. */
export interface Given {
  /** A store with the tree of five instances. */
  readonly store: Store;
  commit(part: Parameters<typeof givenCommit>[0]): Promise<void>;
  /** Closes it as a crash would and opens it again. */
  reopen(): Promise<void>;
}

/** The kind and rule a commit is refused with; fails when it is not. */
export async function refusal(commit: Promise<void>): Promise<{ kind: string; rule: string }> {
  try {
    await commit;
  } catch (error) {
    const { kind, rule } = error as { kind: string; rule: string };
    return { kind, rule };
  }
  throw new Error("the commit was not refused");
}

/** What every store must do, whatever database it is on. Run it once per kind. */
export function storeConformance(name: string, kind: StoreKind): void {
  describe(`a store on ${name}`, () => {
    let store: Store;
    const given: Given = {
      get store() {
        return store;
      },
      commit: async (part) => {
        await store.commit(givenCommit(part) satisfies Commit);
      },
      reopen: async () => {
        store = await kind.reopen(store);
      },
    };
    beforeEach(async () => {
      store = await kind.setup();
      await given.commit({ instances: { added: givenTree() } });
    });
    afterEach(async () => {
      await kind.teardown(store);
    });
    commitsConform(given);
    momentsConform(given);
    roundTripsConform(given);
    rulesConform(given);
    listsConform(given);
  });
}
