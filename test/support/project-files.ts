import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";

/** Sources by their path from the root of the project, with slashes: "machines/task.ts" → text. */
export type Sources = ReadonlyMap<string, string>;

/** Reads every source file below the given folders of a project. A folder that does not exist has no files. */
export function readSources(root: string, folders: readonly string[]): Map<string, string> {
  const sources = new Map<string, string>();
  for (const folder of folders) {
    for (const name of listFiles(`${root}/${folder}`)) {
      const path = `${folder}/${name}`;
      if (/\.(ts|cjs|mjs|js)$/.test(name)) sources.set(path, readFileSync(`${root}/${path}`, "utf8"));
    }
  }
  return sources;
}

/** Every folder in which a package is installed below `root`, also inside other packages. */
export function findInstalled(root: string, name: string): string[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .flatMap((entry) => {
      const path = `${root}/${entry.name}`;
      if (entry.name.startsWith("@") || entry.name === "node_modules") return findInstalled(path, name);
      const nested = listFolders(path).includes("node_modules")
        ? findInstalled(`${path}/node_modules`, name)
        : [];
      return path.endsWith(`/node_modules/${name}`) ? [path, ...nested] : nested;
    });
}

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => posix.join(entry.parentPath.slice(folder.length + 1), entry.name));
  } catch {
    return [];
  }
}

function listFolders(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
}
