import { existsSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { CliFailure, problem, usage } from "./failure.ts";

/** Name of the folder that holds a store. */
export const FOLDER = ".hopper";
const STORE_FILE = "hopper.db";

/** The data folder: the one that is named, else the nearest `.hopper` upward, else `./.hopper`. Source: 5-cli.md 5.1. */
export function findDataFolder(named: string | undefined, cwd: string): string {
  if (named === undefined) return nearestUpward(cwd) ?? join(cwd, FOLDER);
  const folder = resolve(cwd, named);
  if (named === "" || isFile(folder))
    throw usage(`--data is ${JSON.stringify(named)}, which is not a folder`, "hopper --help");
  return folder;
}

/** Is there a store in this folder? */
export function hasStore(data: string): boolean {
  return existsSync(join(data, STORE_FILE));
}

/** The store in a data folder, as `createHopper` takes it. */
export function storeUrl(data: string): string {
  return `sqlite:${join(data, STORE_FILE)}`;
}

/** What a command says that only reads, where nothing has been stored: exit 3. */
export function noStore(data: string): CliFailure {
  const detail = `there is no store in ${data}; the first instance or task creates one`;
  return new CliFailure(
    problem({ code: "not_found", status: 404, title: "There is no store", detail, facts: { data } }),
    "hopper instance create global --scope global",
  );
}

function nearestUpward(cwd: string): string | undefined {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const candidate = join(folder, FOLDER);
    if (existsSync(candidate) && !isFile(candidate)) return candidate;
    if (folder === dirname(folder)) return undefined;
  }
}

function isFile(path: string): boolean {
  return existsSync(path) && !statSync(path).isDirectory();
}
