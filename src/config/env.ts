import type { Issue } from "../contracts/check.ts";
import { suggest } from "../contracts/nearest.ts";
import type { Path } from "../contracts/scan.ts";
import { SETTING_PATHS } from "../contracts/settings.ts";
import { put } from "./layer.ts";

const LISTS = new Set(["capabilities", "domains"]);

/** `HOPPER_TASKS_MAX_ATTEMPTS` for each setting. */
const NAMES = new Map(SETTING_PATHS.map((path) => [nameOf(path), path]));
/** What begins like this is meant to be a setting; other HOPPER_… variables are none of ours. */
const PREFIXES = ["scopes", "delegation", "tasks", "workers", "logging"].map((name) => nameOf([name, ""]));

function nameOf(path: Path): string {
  return `HOPPER_${path.join("_").toUpperCase()}`;
}

/**
 * The settings among environment variables, as the content of hopper.yaml would say them; empty ones
 * count as not set. A variable that only looks like a setting is an issue.
 */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): {
  readonly content: Record<string, unknown>;
  readonly issues: readonly Issue[];
  readonly nameOf: (path: Path) => string;
} {
  const content: Record<string, unknown> = {};
  const issues: Issue[] = [];
  for (const name of Object.keys(env).sort()) {
    const text = env[name];
    if (text === undefined || text === "") continue;
    const path = NAMES.get(name);
    if (path !== undefined) put(content, path, valueOf(path.at(-1), text));
    else if (PREFIXES.some((prefix) => name.startsWith(prefix))) issues.push(unknownVariable(name));
  }
  return { content, issues, nameOf };
}

function unknownVariable(name: string): Issue {
  const { help, ...near } = suggest(name, NAMES.keys());
  return { path: name, message: `is not a known setting${help}`, ...near };
}

function valueOf(key: string | undefined, given: string): unknown {
  if (key !== undefined && LISTS.has(key)) return given.split(",").map((part) => part.trim());
  const text = given.trim();
  if (text === "true" || text === "false") return text === "true";
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}
