/** Keys whose values are the caller's own, or are words used as keys: nothing inside them is renamed. */
const UNTOUCHED = new Set([
  "config",
  "inherited",
  "payload",
  "result",
  "output",
  "details",
  "runtimeMetadata",
  "runtime_metadata",
  "counts",
  "byStatus",
  "by_status",
]);

/** `parentTaskId` as `parent_task_id`. */
export const snakeCase = remembered((name) =>
  name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
);

/** `parent_task_id` as `parentTaskId`. */
export const camelCase = remembered((name) =>
  name.replaceAll(/(?<=[a-z0-9])_([a-z])/g, (_match, letter: string) => letter.toUpperCase()),
);

/** Keys come from callers, too: the memory of them is bounded. */
function remembered(rename: (name: string) => string): (name: string) => string {
  const memory = new Map<string, string>();
  return (name) => {
    const renamed = memory.get(name) ?? rename(name);
    if (memory.size < 1_000) memory.set(name, renamed);
    return renamed;
  };
}

/**
 * A view or parameters as they go over the wire and into `--json`: keys in snake_case. Values that
 * are the caller's own (config, payload, result …) pass through untouched. Source: spec/domain.md 2.1.
 */
export function toWire(view: unknown): unknown {
  return rename(view, snakeCase);
}

/** What came over the wire, with keys in camelCase: the inverse of {@link toWire}. */
export function fromWire(body: unknown): unknown {
  return rename(body, camelCase);
}

function rename(value: unknown, naming: (name: string) => string): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => rename(item, naming));
  const source = value as Record<string, unknown>;
  const renamed: Record<string, unknown> = {};
  for (const key of Object.keys(source)) {
    const inner = source[key];
    const keep = typeof inner !== "object" || inner === null || isCallers(key, source);
    define(renamed, naming(key), keep ? inner : rename(inner, naming));
  }
  return renamed;
}

/** Is what stands under this key the caller's own? */
function isCallers(key: string, owner: Record<string, unknown>): boolean {
  // The result of a delegation is a record of ours that holds the caller's as its `output`.
  if (key === "result") return !("sourceInstanceId" in owner || "source_instance_id" in owner);
  // A publication's event holds what was published as `data`, beside its `topic`.
  if (key === "data") return "topic" in owner;
  return UNTOUCHED.has(key);
}

function define(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__")
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
}
