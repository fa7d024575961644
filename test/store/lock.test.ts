import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { isMountPoint } from "../../store/dialects/sqlite/mount-point.ts";
import { lockHolder, lockPaths } from "../../store/dialects/sqlite/owner-lock.ts";
import { openStore, type OpenOptions } from "../../store/open.ts";
import { givenCommit, givenEnvironment, NOW } from "../support/store-given.ts";

vi.mock("../../store/dialects/sqlite/mount-point.ts", { spy: true });

const OWNER = fileURLToPath(new URL("../support/store-owner.ts", import.meta.url));

let path: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), "hopper-lock-")), "store.db");
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(dirname(path), { recursive: true, force: true });
});

/** Another process that owns the store, or was refused; with the first line it said. */
async function otherProcess(): Promise<{ child: ChildProcess; said: string }> {
  const child = spawn(process.execPath, [OWNER, path], { stdio: ["pipe", "pipe", "inherit"] });
  children.push(child);
  if (child.stdout === null) throw new Error("no output");
  const [said] = (await once(createInterface(child.stdout), "line")) as [string];
  return { child, said };
}

const open = (over: Partial<OpenOptions> = {}) =>
  openStore({ url: `sqlite:${path}`, lockWaitMs: 0, ...givenEnvironment(), ...over });

test("a second process is refused and told who has the store", async () => {
  const store = await open();
  const { said } = await otherProcess();
  expect(JSON.parse(said)).toEqual({
    kind: "locked",
    pid: process.pid,
    message: expect.stringMatching(
      new RegExp(`^${path} is in use by process ${process.pid} \\(.+\\)$`),
    ) as string,
  });
  expect(JSON.parse(readFileSync(lockPaths(path).pid, "utf8"))).toMatchObject({
    pid: process.pid,
    startedAt: NOW,
  });
  await store.close();
  expect(existsSync(lockPaths(path).pid)).toBe(false);
});

test("an owner that is killed frees the store at once, and what it committed is there", async () => {
  const { child, said } = await otherProcess();
  expect(said).toBe("ready");
  await expect(open()).rejects.toMatchObject({ kind: "locked", pid: child.pid });
  child.kill("SIGKILL");
  await once(child, "exit");
  const store = await open();
  expect(await store.directory()).toHaveLength(5);
  await store.close();
});

test("a second owner waits for a short command to end", async () => {
  const { child } = await otherProcess();
  let naps = 0;
  const sleep = async (): Promise<void> => {
    naps += 1;
    if (naps !== 2) return;
    child.stdin?.end();
    await once(child, "exit");
  };
  const store = await open({ lockWaitMs: 1_000, sleep });
  expect(naps).toBe(2);
  await store.close();
});

test("it waits as long as it was told and not longer", async () => {
  const owner = await open();
  const naps: number[] = [];
  const sleep = async (ms: number): Promise<void> => void naps.push(ms);
  await expect(open({ lockWaitMs: 60, sleep })).rejects.toMatchObject({ kind: "locked" });
  expect(naps).toEqual([25, 25, 10]);
  await expect(open({ lockWaitMs: 30 })).rejects.toMatchObject({ kind: "locked" });
  await owner.close();
});

test("the lock of one process holds however often the store is looked at", async () => {
  const store = await open();
  await expect(open()).rejects.toMatchObject({ kind: "locked", pid: process.pid });
  const reader = await open({ mode: "read" });
  await reader.close();
  expect(JSON.parse((await otherProcess()).said)).toMatchObject({ kind: "locked" });
  await store.close();
});

test("the owner is named to whoever asks, until it is gone, and one in memory has none", async () => {
  const store = await open();
  const owner = { pid: process.pid, command: expect.stringMatching(/\S/) as string };
  expect(store.owner()).toMatchObject(owner);
  const reader = await open({ mode: "read" });
  expect(reader.owner()).toMatchObject(owner);
  // What a dead process has left names nobody, nor does what cannot be read.
  const { pid } = lockPaths(path);
  const said = (text: string): void => writeFileSync(pid, text);
  said(JSON.stringify({ pid: 2 ** 22 + 1, startedAt: 1, command: "gone" }));
  expect(reader.owner()).toBeNull();
  said("{");
  expect(reader.owner()).toBeNull();
  said(JSON.stringify({ pid: process.pid }));
  expect(reader.owner()).toEqual({ pid: process.pid, since: null, command: null });
  await expect(open()).rejects.toMatchObject({ message: `${path} is in use by process ${process.pid}` });
  await store.close();
  expect(reader.owner()).toBeNull();
  await reader.close();
  const memory = await open({ url: "sqlite::memory:" });
  expect(memory.owner()).toBeNull();
  await memory.close();
});

test("stores of other names in one folder have locks of their own", async () => {
  const other = join(dirname(path), "other.db");
  const [one, two] = [await open(), await open({ url: `sqlite:${other}` })];
  expect(lockPaths(other).lock).toBe(join(dirname(path), "other.db.lock.db"));
  await one.close();
  await two.close();
});

test("a lock whose holder cannot be read is still a lock", async () => {
  const store = await open();
  rmSync(lockPaths(path).pid);
  expect(lockHolder(path)).toBeNull();
  await expect(open()).rejects.toMatchObject({ pid: null, message: `${path} is in use by another process` });
  await store.close();
});

test("a lock file that was removed lets another one in, and the first owner out: never are both answered", async () => {
  const first = await open();
  const counters = await first.counters();
  await first.commit(givenCommit({ counters: { ...counters, command: 1 } }));
  const { lock, pid } = lockPaths(path);
  rmSync(lock);
  rmSync(pid);
  const second = await open();
  const refused = expect.objectContaining({
    kind: "io",
    message: expect.stringContaining("taken the store over"),
  });
  expect(() => first.commit(givenCommit({ counters: { ...counters, command: 2 } }))).toThrow(refused);
  expect(() => first.forgetKeys(0, 1)).toThrow(refused);
  await second.commit(givenCommit({ counters: { ...counters, command: 3 } }));
  await first.abandon();
  expect(await second.counters()).toMatchObject({ command: 3 });
  await second.close();
});

test("a file of two names is refused, by either", async () => {
  await (await open()).close();
  const other = join(dirname(path), "other.db");
  linkSync(path, other);
  for (const url of [`sqlite:${path}`, `sqlite:${other}`])
    for (const mode of ["own", "read"] as const)
      await expect(open({ url, mode })).rejects.toMatchObject({
        kind: "linked",
        message: expect.stringContaining("2 names"),
      });
  rmSync(other);
  await (await open()).close();
});

test("a lock whose file of names cannot be removed is given up all the same", async () => {
  const store = await open();
  const { pid } = lockPaths(path);
  rmSync(pid);
  mkdirSync(pid);
  expect(await store.close()).toBeUndefined();
  rmSync(pid, { recursive: true });
  await (await open()).close();
});

test("a path that leads through a file is refused as one that cannot be used", async () => {
  await (await open()).close();
  const url = `sqlite:${path}/store.db`;
  for (const mode of ["own", "read"] as const)
    await expect(open({ url, mode })).rejects.toMatchObject({ name: "StoreError", kind: "not_permitted" });
});

test("a file that is mounted by itself is seen, whatever its name", () => {
  const mounts = join(dirname(path), "mountinfo");
  const line = (place: string) => `42 27 254:0 /data/a ${place} rw,relatime - ext4 /dev/vda rw`;
  writeFileSync(mounts, [line("/"), line("/srv/odd\\040name\\134.db"), ""].join("\n"));
  expect(isMountPoint("/srv/odd name\\.db", mounts)).toBe(true);
  expect(isMountPoint("/srv", mounts)).toBe(false);
  expect(isMountPoint("/", join(dirname(path), "none"))).toBe(false);
});

test("a mount point is no place for a store", async () => {
  await (await open()).close();
  vi.mocked(isMountPoint).mockReturnValueOnce(true);
  await expect(open()).rejects.toMatchObject({
    kind: "mounted",
    message: expect.stringContaining("is mounted by itself"),
  });
});

test.each([
  ["is moved away", () => renameSync(path, `${path}.elsewhere`)],
  [
    "is linked elsewhere and removed",
    () => {
      linkSync(path, `${path}.elsewhere`);
      rmSync(path);
    },
  ],
  ["is removed", () => rmSync(path)],
  ["has lost its log", () => rmSync(`${path}-wal`)],
])("an owner whose file %s commits nothing more: somebody else may own it by now", async (_what, change) => {
  const store = await open({ clock: { now: () => Date.now() } });
  await store.commit(givenCommit({ counters: { task: 1 } }));
  change();
  // It looks once in a millisecond.
  await vi.waitFor(() => {
    expect(() => store.commit(givenCommit({ counters: { task: 2 } }))).toThrow(
      expect.objectContaining({ kind: "io", rule: expect.stringContaining("its file was moved") as unknown }),
    );
  });
  await store.abandon();
});

test("a lock file that is no database says that it can be removed, and then the store opens", async () => {
  const store = await open();
  await store.close();
  const { lock } = lockPaths(path);
  writeFileSync(lock, Buffer.alloc(3_000, 0xa5));
  await expect(open()).rejects.toMatchObject({
    kind: "lock_damaged",
    path: lock,
    message: `${lock} is damaged (SQLITE_NOTADB); it is only there to be locked, and nothing is kept in it`,
  });
  rmSync(lock);
  await (await open()).close();
});
