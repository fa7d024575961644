import { SCOPES } from "../../machines/records/instance.ts";
import type { Path } from "../contracts/scan.ts";

/** Settings with the names of scopes as Hopper writes them; people write them in any case. */
export function withScopeNames(content: unknown): unknown {
  const scopes = scopesOf(content);
  if (scopes === null) return content;
  const named = Object.entries(scopes).map(([name, config]) => {
    const canonical = name.toUpperCase();
    return [(SCOPES as readonly string[]).includes(canonical) ? canonical : name, config] as const;
  });
  return { ...(content as object), scopes: Object.fromEntries(named) };
}

/** A path into {@link withScopeNames} of some settings, as these themselves write it. */
export function asWritten(content: unknown, path: Path): Path {
  const [section, scope, ...rest] = path;
  if (section !== "scopes" || typeof scope !== "string") return path;
  const written = Object.keys(scopesOf(content) ?? {}).find((name) => name.toUpperCase() === scope);
  return [section, written ?? scope, ...rest];
}

function scopesOf(content: unknown): object | null {
  const scopes = (content as { scopes?: unknown } | null)?.scopes;
  return typeof scopes === "object" && !Array.isArray(scopes) ? scopes : null;
}
