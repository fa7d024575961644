import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { openStore } from "../../store/open.ts";
import { givenEnvironment } from "../support/store-given.ts";

/** What is asked of the file system, in order. */
const asked = vi.hoisted(() => [] as string[]);

vi.mock("node:fs", async (original) => {
  const real = await original<typeof fs>();
  const names = new Map<number, string>();
  return {
    ...real,
    writeFileSync(...params: Parameters<typeof real.writeFileSync>) {
      const flush = (params[2] as { flush?: boolean } | undefined)?.flush === true;
      if (String(params[0]).endsWith(".new")) asked.push(`write${flush ? ", flushed" : ""}`);
      real.writeFileSync(...params);
    },
    renameSync(...params: Parameters<typeof real.renameSync>) {
      asked.push("rename");
      real.renameSync(...params);
    },
    openSync(...params: Parameters<typeof real.openSync>) {
      const file = real.openSync(...params);
      names.set(file, String(params[0]));
      return file;
    },
    fsyncSync(file: number) {
      asked.push(`fsync of ${real.statSync(names.get(file) ?? "").isDirectory() ? "its folder" : "a file"}`);
      real.fsyncSync(file);
    },
  };
});

test("a new store is on the disk, whole and under its name, before anything is answered", async () => {
  const folder = fs.mkdtempSync(join(tmpdir(), "hopper-new-"));
  const store = await openStore({ url: `sqlite:${join(folder, "hopper.db")}`, ...givenEnvironment() });
  await store.close();
  fs.rmSync(folder, { recursive: true });
  expect(asked).toEqual(["write, flushed", "rename", "fsync of its folder"]);
});
