import { openStore, serialize } from "../../store/open.ts";
import { storeConformance } from "../support/store-conformance.ts";
import { givenEnvironment } from "../support/store-given.ts";

const url = "sqlite::memory:";

storeConformance("SQLite in memory", {
  setup: () => openStore({ url, ...givenEnvironment() }),
  reopen: async (store) => {
    const image = serialize(store);
    await store.close();
    return openStore({ url, image, ...givenEnvironment() });
  },
  teardown: async (store) => store.close(),
});
