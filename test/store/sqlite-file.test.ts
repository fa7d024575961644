import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { openStore } from "../../store/open.ts";
import { storeConformance } from "../support/store-conformance.ts";
import { givenEnvironment } from "../support/store-given.ts";

const newPath = (): string => join(mkdtempSync(join(tmpdir(), "hopper-store-")), "store.db");
const pathOf = (url: string): string => url.replace("sqlite:", "");
const open = (path: string) => openStore({ url: `sqlite:${path}`, ...givenEnvironment() });

storeConformance("SQLite in a file", {
  setup: () => open(newPath()),
  // What a crash leaves: the file and its log as they are while the store is open.
  reopen: async (store) => {
    const [from, to] = [pathOf(store.url), newPath()];
    for (const suffix of ["", "-wal"])
      if (existsSync(from + suffix)) copyFileSync(from + suffix, to + suffix);
    await store.close();
    rmSync(dirname(from), { recursive: true });
    return open(to);
  },
  teardown: async (store) => {
    await store.close();
    rmSync(dirname(pathOf(store.url)), { recursive: true });
  },
});
