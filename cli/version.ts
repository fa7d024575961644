import { readFileSync } from "node:fs";

/** This package's version. The manifest is two folders up in the built package. */
export const VERSION: string = readVersion();

function readVersion(): string {
  for (const place of ["../package.json", "../../package.json"]) {
    try {
      const manifest = JSON.parse(readFileSync(new URL(place, import.meta.url), "utf8")) as {
        version?: string;
      };
      if (manifest.version !== undefined) return manifest.version;
    } catch {
      // Not there: the next place.
    }
  }
  return "unknown";
}
