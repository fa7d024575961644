import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** This package's folder: the nearest one above this file, in the sources or in the bundle, that has a manifest. */
export const PACKAGE_ROOT: string = findRoot(import.meta.dirname);

/** This package's version. */
export const VERSION: string = readVersion();

function findRoot(folder: string): string {
  return existsSync(join(folder, "package.json")) ? folder : findRoot(dirname(folder));
}

function readVersion(): string {
  const manifest = JSON.parse(readFileSync(join(PACKAGE_ROOT, "package.json"), "utf8")) as {
    version: string;
  };
  return manifest.version;
}
