import { resolve } from "node:path";
import { HopperError } from "../../machines/errors.ts";
import { summary, type Issue } from "../contracts/check.ts";
import type { Path } from "../contracts/scan.ts";
import type { Place } from "./yaml-source.ts";

/** One source of settings: what it says, and how it calls a path and its place. */
export interface Layer {
  readonly content: unknown;
  readonly origin: (path: Path) => string;
  readonly place?: (path: Path) => Place & { readonly file: string };
  /** What a person does to change this setting; nothing where a program gave it. */
  readonly mend?: (path: Path, change: string) => string;
  /** The folder that a relative path of the store counts from; none = as the process sees it. */
  readonly folder?: string | undefined;
}

/** Something wrong, with its place in the source. */
export type Flawed = Issue & { readonly at: Path };

/** The refusal of what a source says: every issue with its place, and what to change first. */
export function badConfiguration(found: readonly Flawed[], layer: Layer): HopperError {
  const issues = found.map(({ at, ...issue }) => ({ ...issue, ...layer.place?.(at) }));
  const [first] = found;
  const where = layer.origin(first?.at ?? []);
  return new HopperError("bad_configuration", `${where}: ${summary(found)}`, {
    ...(first && layer.place?.(first.at)),
    issues,
    ...(first && layer.mend && { fix: layer.mend(first.at, changeFor(first)) }),
  });
}

/** `rename max_atempts to max_attempts`: how the mistake is mended. */
function changeFor({ at, path, message, suggestion }: Flawed): string {
  const key = String(at.at(-1) ?? path);
  if (!message.startsWith("is not a known")) return key === "" ? "write keys with values" : `change ${path}`;
  return suggestion === undefined ? `remove ${key}` : `rename ${key} to ${suggestion}`;
}

/** Sets the value of a path in nested sections. */
export function put(content: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let here = content;
  for (const step of path.slice(0, -1)) here = (here[step] ??= {}) as Record<string, unknown>;
  here[path.at(-1) ?? ""] = value;
}

/** A store as it counts from the folder of its source, whoever reads it from wherever. */
export function storeFrom(folder: string | undefined, store: string): string {
  const path = /^sqlite:(?!:memory:$)(.+)$/.exec(store)?.[1];
  return path === undefined || folder === undefined ? store : `sqlite:${resolve(folder, path)}`;
}
