import { dirname } from "node:path";
import { shellWord } from "../../src/contracts/shell-word.ts";
import type { StoreError } from "../library/library.ts";
import { problem, type Explained } from "./failure.ts";

/** The kinds are those of store/store-error.ts. */
const MEANINGS: Readonly<Record<string, { code: string; status: number; title: string }>> = {
  locked: { code: "unavailable", status: 503, title: "Another process owns the store" },
  not_permitted: { code: "unavailable", status: 503, title: "The store may not be opened" },
  directory: { code: "unavailable", status: 503, title: "The store is a directory" },
  linked: { code: "unavailable", status: 503, title: "The store has more than one name" },
  mounted: { code: "unavailable", status: 503, title: "The store's file is mounted by itself" },
  full: { code: "storage_full", status: 503, title: "The disk is full" },
  foreign: { code: "store_damaged", status: 500, title: "This is not a store of Hopper" },
  damaged: { code: "store_damaged", status: 500, title: "The store is damaged" },
  lock_damaged: { code: "store_damaged", status: 500, title: "The lock of the store is damaged" },
  newer: { code: "store_damaged", status: 500, title: "The store was written by a newer Hopper" },
  failed: { code: "store_damaged", status: 500, title: "The store has failed" },
  missing: { code: "not_found", status: 404, title: "There is no store" },
  bad_url: { code: "bad_configuration", status: 422, title: "The store's address is not valid" },
};

/** What the system's codes mean. */
const CODES: Readonly<Record<string, string>> = {
  EACCES: "you are not permitted to",
  EPERM: "you are not permitted to",
  EROFS: "it is on a file system that can only be read",
  ELOOP: "a link there leads to itself",
  ENOTDIR: "a part of its path is a file",
  ENAMETOOLONG: "its name is too long",
  SQLITE_READONLY_DIRECTORY: "its folder cannot be written to, which reading needs, too",
};

/** The failure as a problem, with a command that helps; undefined = it is not one of a store. */
export function storeProblem(error: unknown): Explained | undefined {
  if (!isStoreError(error)) return undefined;
  const { kind, path, message, pid } = error;
  const meaning = MEANINGS[kind] ?? { code: "internal", status: 500, title: "The store cannot be opened" };
  const holder =
    kind === "locked" && pid !== null && !message.includes(String(pid)) ? ` (process ${pid})` : "";
  return {
    problem: problem({
      ...meaning,
      detail: inWords(message) + holder,
      facts: { kind, path, ...(pid === null ? {} : { pid }) },
    }),
    fix: fixFor(error),
  };
}

/** Damage that shows while the store is used. */
export function damagedStore(path: string, detail: string): Explained {
  const { code, status, title } = MEANINGS["damaged"] as (typeof MEANINGS)[string];
  return {
    problem: problem({ code, status, title, detail, facts: { kind: "damaged", path } }),
    fix: backupOf(path),
  };
}

/** What makes room for a file. */
export function roomFor(path: string): string {
  return `df -h ${shellWord(dirname(path))}    (free some space there, then run this again)`;
}

function backupOf(path: string): string {
  return `ls -l ${shellWord(path)}*    (it was left as it is; put a backup in its place)`;
}

/** A file or folder that the system refuses, met outside of the store; undefined = it is something else. */
export function fileProblem(error: unknown): Explained | undefined {
  if (!(error instanceof Error) || !("syscall" in error) || !("code" in error)) return undefined;
  const meaning = { code: "unavailable", status: 503, title: "A file cannot be used" };
  if (error.syscall === "uv_cwd")
    return {
      problem: problem({ ...meaning, detail: "the current folder does not exist any more" }),
      fix: "cd",
    };
  const words = CODES[String(error.code)];
  if (words === undefined || !("path" in error)) return undefined;
  const path = String(error.path);
  return {
    problem: problem({ ...meaning, detail: `${path} cannot be used: ${words}`, facts: { path } }),
    fix: lookAt(path),
  };
}

/** `… cannot be used (EACCES)` for people. */
function inWords(message: string): string {
  return message.replace(
    / cannot be used \((\w+)\)$/,
    (_all, code: string) => ` cannot be used: ${CODES[code] ?? code}`,
  );
}

/** The folder, too: what is not permitted may be so because of it. */
function lookAt(path: string): string {
  return `ls -ld ${shellWord(dirname(path))} ${shellWord(path)}`;
}

/** `locked`: another process owns the store. `older`: it is to be brought up to date before it can be read. */
export function isStoreFailure(error: unknown, kind: "locked" | "older"): boolean {
  return isStoreError(error) && error.kind === kind;
}

/** The file of a store that is damaged; null = that is not what has failed. */
export function damagedFile(error: unknown): string | null {
  return isStoreError(error) && error.kind === "damaged" ? error.path : null;
}

function fixFor({ kind, path, pid }: StoreError): string {
  switch (kind) {
    case "locked":
      return pid === null
        ? "hopper status    (reading works meanwhile; run this again when the other one has ended)"
        : `ps -p ${pid}    (run this again when it has ended; reading works meanwhile)`;
    case "not_permitted":
    case "directory":
      return lookAt(path);
    case "full":
      return roomFor(path);
    case "linked":
      return `ls -li ${shellWord(dirname(path))}    (the same number is the same file: leave it one name)`;
    case "mounted":
      return `findmnt -T ${shellWord(path)}    (mount its folder instead, with all that is in it)`;
    case "lock_damaged":
      return `rm ${shellWord(path)}    (once no other process uses the store)`;
    case "newer":
      return "npm install hopper-runtime@latest";
    case "failed":
      return "hopper doctor    (look at the disk first: dmesg | tail; what was not printed may have happened)";
    case "missing":
      return "hopper instance create global --scope global";
    case "foreign":
      return `file ${shellWord(path)}    (it was left as it is; choose another folder with --data)`;
    default:
      return backupOf(path);
  }
}

/** A failure to open a store, known by its name: importing its class would load the store. */
function isStoreError(error: unknown): error is StoreError {
  return error instanceof Error && error.name === "StoreError";
}
