import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { dirname } from "node:path";

const manifest = findPackageJSON(import.meta.url) ?? "package.json";

/** This package's folder: the nearest one above this file, in the sources or in the bundle, that has a manifest. */
export const PACKAGE_ROOT: string = dirname(manifest);

/** This package's version. */
export const VERSION: string = (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
