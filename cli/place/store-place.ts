import { statSync } from "node:fs";
import { storeUrl } from "./data-folder.ts";
import { CliFailure } from "../failures/failure.ts";
import type { Configuration } from "../library/library.ts";

const MEMORY = "sqlite::memory:";

/** Where the data of a command is. */
export interface StorePlace {
  /** As `createHopper` takes it. */
  readonly url: string;
  /** As a person knows it: the data folder, or the file that a setting names. */
  readonly shown: string;
  /** The setting that names the store: `HOPPER_STORE`, `hopper.yaml:1:1`; null = it is the data folder's. */
  readonly origin: string | null;
  /** How that setting is changed. */
  readonly mend: ((change: string) => string) | undefined;
}

/** The store of a data folder, or the one that the environment or the file names. `--data` wins over both: there `configuration` is undefined. Source: spec/domain.md 2.9. */
export function placeOf(folder: string, configuration: Configuration | undefined): StorePlace {
  const url = configuration?.store ?? null;
  if (url === null) return { url: storeUrl(folder), shown: folder, origin: null, mend: undefined };
  const entry = configuration?.entries.find(({ path }) => path === "store");
  const shown = url === MEMORY ? "memory" : fileOf(url);
  return { url, shown, origin: entry?.origin ?? null, mend: entry?.mend };
}

/**
 * Is there a store, or its log without it? One in memory never is, before a command. Where it is not permitted to look,
 * who opens it will say so.
 */
export function hasStore({ url }: StorePlace): boolean {
  if (url === MEMORY) return false;
  try {
    const files = [fileOf(url), `${fileOf(url)}-wal`];
    return files.some((file) => statSync(file, { throwIfNoEntry: false }) !== undefined);
  } catch {
    return true;
  }
}

/** Throws for a store that ends with the command: exit 8. */
export function refuseMemory({ url, origin, mend }: StorePlace): void {
  if (url !== MEMORY) return;
  const detail = `${origin}: store is ${url}, which ends with this command: the next one would find nothing in it; name a file`;
  throw new CliFailure(
    { code: "bad_configuration", status: 422, title: "The input is not valid", detail },
    mend?.("set store to sqlite:PATH"),
  );
}

/** What a command says that only reads, where nothing has been stored: exit 3. */
export function noStore({ shown, origin }: StorePlace): CliFailure {
  const where = origin === null ? `in ${shown}` : `at ${shown} (named by ${origin})`;
  const detail = `there is no store ${where}; the first instance or task creates one`;
  return new CliFailure(
    { code: "not_found", status: 404, title: "There is no store", detail, facts: { data: shown } },
    "hopper instance create global --scope global",
  );
}

function fileOf(url: string): string {
  return url.slice("sqlite:".length);
}
