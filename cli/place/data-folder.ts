import { existsSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { shellWord } from "../../src/contracts/shell-word.ts";
import { CliFailure, usage } from "../failures/failure.ts";

/** Name of the folder that holds a store. */
const FOLDER = ".hopper";
const STORE_FILE = "hopper.db";

/** The data folder: the one that is named, else the nearest `.hopper` upward, else `./.hopper`. Source: spec/cli.md 5.1. */
export function findDataFolder(named: string | undefined, cwd: string): string {
  if (named === undefined) return nearestUpward(cwd) ?? ownFolder(join(cwd, FOLDER));
  const folder = resolve(cwd, named);
  if (named === "" || isFile(folder))
    throw usage(`--data is ${JSON.stringify(named)}, which is not a folder`, "hopper --help");
  return folder;
}

/** The store in a data folder, as `createHopper` takes it. */
export function storeUrl(data: string): string {
  return `sqlite:${join(data, STORE_FILE)}`;
}

/** The folder of a new store. Throws where a file stands in its place: exit 5. */
function ownFolder(folder: string): string {
  if (!isFile(folder)) return folder;
  const detail = `${folder} is a file, where the data folder would be`;
  throw new CliFailure(
    { code: "unavailable", status: 503, title: "The data folder cannot be used", detail },
    `mv ${shellWord(folder)} ${shellWord(`${folder}.file`)}    (or name another folder with --data)`,
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
