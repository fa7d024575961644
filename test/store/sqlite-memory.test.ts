import { openStore, serialize } from "../../store/open.ts";
import { storeConformance } from "../support/store-conformance.ts";
import { givenSeams } from "../support/store-given.ts";

const url = "sqlite::memory:";

storeConformance("SQLite in memory", {
  setup: () => openStore({ url, ...givenSeams() }),
  reopen: async (store) => {
    const image = serialize(store);
    await store.close();
    return openStore({ url, image, ...givenSeams() });
  },
  teardown: async (store) => store.close(),
});
