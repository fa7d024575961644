import { afterEach, beforeEach, describe } from "vitest";
import type { Commit, Store } from "../../store/store.ts";
import { addressesConform } from "./store-conforms-addresses.ts";
import { commitsConform } from "./store-conforms-commits.ts";
import { listsConform } from "./store-conforms-lists.ts";
import { momentsConform } from "./store-conforms-moments.ts";
import { roundTripsConform } from "./store-conforms-round-trips.ts";
import { rulesConform } from "./store-conforms-rules.ts";
import { taskListsConform } from "./store-conforms-task-lists.ts";
import type { Given } from "./store-chapter.ts";
import { givenCommit, givenTree } from "./store-given.ts";

/** How a kind of store is made for one test and done away with. */
export interface StoreKind {
  setup(): Promise<Store>;
  /** The same store after its process is gone: everything but what was committed is lost. */
  reopen(store: Store): Promise<Store>;
  teardown(store: Store): Promise<void>;
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
    addressesConform(given);
    momentsConform(given);
    roundTripsConform(given);
    rulesConform(given);
    taskListsConform(given);
    listsConform(given);
  });
}
