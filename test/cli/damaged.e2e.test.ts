import {
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createHopper } from "../../src/index.ts";
import { sqliteLibrary } from "../../store/dialects/sqlite/library.ts";
import { temporaryFolder } from "./support/fake.ts";
import { realCommand } from "./support/real.ts";

/** spec/cli.md 5.1: what cannot be read is exit 9, with the file by its name, wherever it shows. */

const PAGE = 4_096;
let folder: string;
let whole: string;
/** First pages of tables and indexes, by name. */
const pages = new Map<string, number>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "hopper-damaged-"));
  whole = join(folder, "whole.db");
  const hopper = await createHopper({ store: `sqlite:${whole}` });
  await hopper.instances.create({ name: "global", scope: "GLOBAL", start: true });
  await hopper.instances.create({ name: "web", scope: "PROJECT", parentId: "global", start: true });
  for (let no = 0; no < 20; no += 1) await hopper.tasks.add({ title: `Task ${no}`, instanceId: "global" });
  await hopper.close();
  const database = new (sqliteLibrary())(whole, { readonly: true });
  const rows = database.prepare("SELECT name, rootpage FROM sqlite_schema WHERE rootpage > 0").all();
  for (const { name, rootpage } of rows as { name: string; rootpage: number }[]) pages.set(name, rootpage);
  database.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A folder whose store cannot be read where this table or index begins. */
function damaged(name: string): string {
  const place = mkdtempSync(join(folder, "place-"));
  const data = join(place, ".hopper");
  mkdirSync(data);
  copyFileSync(whole, join(data, "hopper.db"));
  const page = pages.get(name);
  if (page === undefined) throw new Error(`the store has no ${name}`);
  const file = openSync(join(data, "hopper.db"), "r+");
  writeSync(file, Buffer.alloc(3_000, 0xa5), 0, 3_000, (page - 1) * PAGE);
  closeSync(file);
  return place;
}

const READS = [
  ["status"],
  ["task", "list"],
  ["task", "show", "T-3"],
  ["events", "--limit", "20"],
  ["instance", "list"],
];

describe.each(["task", "journal", "instance", "delegation", "tally", "roster", "counter", "meta"])(
  "given table %s cannot be read",
  (table) => {
    it("then each command that meets it names the file and a way out, and none crashes", async () => {
      const place = damaged(table);
      const file = join(place, ".hopper", "hopper.db");
      const outcomes = [];
      for (const line of [...READS, ["task", "add", "more", "--instance", "global"], ["doctor"]])
        outcomes.push({ line: line.join(" "), ...(await realCommand(place)(...line)) });
      for (const { line, code, err, out } of outcomes) {
        expect([0, 9], line).toContain(code);
        const says = err.includes(file) || (line === "doctor" && out.includes("file"));
        expect(code === 0 || says, `${line}: ${err}`).toBe(true);
        // The one that finds damage is not what helps against it.
        expect(err).not.toMatch(/fix: hopper doctor$/m);
      }
      expect(outcomes.at(-1)?.code).toBe(9);
    });
  },
);

describe.each(["instance", "instance_live", "counter", "meta"])(
  "given %s cannot be read, without which no store opens",
  (name) => {
    it("then doctor checks what can be read all the same", async () => {
      const place = damaged(name);
      const { code, out, err } = await realCommand(place)("doctor");
      expect(code).toBe(9);
      expect(err).toContain("what can be read of it is checked all the same");
      expect(out).toMatch(/^BROKEN +file /m);
      expect(out).toMatch(/^ok +T5 /m);
      const json = await realCommand(place)("doctor", "--json");
      expect((JSON.parse(json.out) as { items: unknown[] }).items).toHaveLength(20);
    });
  },
);

describe("given a store that can be opened, but not begun on", () => {
  it("then who tries is told why each time: the first has let go of it", async () => {
    const store = `sqlite:${join(damaged("counter"), ".hopper", "hopper.db")}`;
    for (const attempt of [1, 2]) {
      const failed = createHopper({ store, lockWaitMs: 0 });
      await expect(failed, `${attempt}`).rejects.toMatchObject({ name: "StoreError", kind: "damaged" });
    }
  });
});

describe("given the file is gone and its log is there", () => {
  it("then each command says so, and none sends people to make a new one", async () => {
    const place = temporaryFolder();
    mkdirSync(join(place, ".hopper"));
    const file = join(place, ".hopper", "hopper.db");
    writeFileSync(`${file}-wal`, "a part of it");
    for (const line of [...READS, ["task", "add", "more"], ["doctor"]]) {
      const { code, err } = await realCommand(place)(...line);
      expect([code, err]).toEqual([
        9,
        expect.stringContaining(`${file} is not there, but ${file}-wal holds`),
      ]);
      expect(err).not.toContain("instance create");
    }
  });
});
