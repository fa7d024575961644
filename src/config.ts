import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { HopperError } from "../machines/errors.ts";
import { SCOPES } from "../machines/records.ts";
import type { InstanceConfig, Json, Scope } from "../machines/records.ts";
import { DEFAULT_SETTINGS } from "../machines/settings.ts";
import type { Settings } from "../machines/settings.ts";
import { readEnvironment } from "./config-env.ts";
import { readConfigText } from "./config-text.ts";
import type { Place } from "./config-text.ts";
import { check, findIssues, summary } from "./contracts/check.ts";
import type { Issue } from "./contracts/check.ts";
import type { Path } from "./contracts/scan.ts";
import { settingsContent } from "./contracts/settings.ts";
import type { LogLevel } from "./contracts/settings.ts";

/** Where settings may come from; the later ones of this list win: file, env, flags. */
export interface ConfigurationSources {
  /** `--config`: read instead of what would be found. */
  readonly file?: string | undefined;
  /** Where hopper.yaml (or .json) is looked for first … */
  readonly dataFolder?: string | undefined;
  /** … and then. */
  readonly workingFolder?: string | undefined;
  /** Instead of any file: the content of hopper.yaml as an object (createHopper's `config`, a plan's `runtime`). */
  readonly content?: unknown;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** By path: `{ "tasks.max_attempts": 5 }`. */
  readonly flags?: Readonly<Record<string, unknown>> | undefined;
}

/** One setting with where its value comes from: `default`, `hopper.yaml:3:5`, `HOPPER_STORE`, `flag` or `config`. */
export interface SettingEntry {
  readonly path: string;
  readonly value: Json;
  readonly origin: string;
}

/** Everything that is configured, and why. */
export interface Configuration {
  readonly settings: Settings;
  /** null = not set. */
  readonly store: string | null;
  readonly logLevel: LogLevel;
  readonly entries: readonly SettingEntry[];
  /** The files that were read, least important first. */
  readonly files: readonly string[];
}

/** One source with its content, and how it calls a path and its place. */
interface Layer {
  readonly content: unknown;
  readonly origin: (path: Path) => string;
  readonly place?: (path: Path) => Place & { readonly file: string };
}

const FILE_NAMES = ["hopper.yaml", "hopper.yml", "hopper.json"];
/** The reference's names; each holds one section, with or without its name above it. Source: 2-domain.md 2.9. */
const INCLUDES = [
  { name: "scope_behaviors.yaml", section: "scopes" },
  { name: "delegation_policies.yaml", section: "delegation" },
];

/**
 * Reads every source, lays the more important over the less important ones, and keeps where each value
 * came from. Throws `bad_configuration` with every error and its place, and `validation_failed` when
 * the file that was asked for cannot be read.
 */
export function loadConfiguration(sources: ConfigurationSources = {}): Configuration {
  const files: string[] = [];
  const layers = sources.content === undefined ? fileLayers(sources, files) : [contentLayer(sources.content)];
  const env = readEnvironment(sources.env ?? {});
  if (env.issues.length > 0)
    throw bad(
      env.issues.map((issue) => ({ ...issue, at: [] })),
      { content: null, origin: () => "environment" },
    );
  layers.push({ content: env.content, origin: (path) => env.nameOf(path) });
  layers.push({ content: nested(sources.flags ?? {}), origin: () => "flag" });
  const entries = new Map<string, SettingEntry>(defaults().map((entry) => [entry.path, entry]));
  for (const layer of layers) apply(layer, entries);
  adaptHeartbeat(entries);
  checkTogether(entries);
  return { ...build(entries), entries: [...entries.values()], files };
}

function contentLayer(content: unknown): Layer {
  return { content: content ?? {}, origin: () => "config" };
}

function fileLayers(sources: ConfigurationSources, files: string[]): Layer[] {
  const found = sources.file ?? findFile(sources);
  const folder = found === undefined ? sources.dataFolder : dirname(found);
  const layers: Layer[] = [];
  for (const include of INCLUDES) {
    const path = folder === undefined ? "" : join(folder, include.name);
    if (path !== "" && path !== found && existsSync(path))
      layers.push(includeLayer(path, include.section, files));
  }
  if (found !== undefined) layers.push(fileLayer(found, files));
  return layers;
}

function findFile(sources: ConfigurationSources): string | undefined {
  for (const folder of [sources.dataFolder, sources.workingFolder]) {
    if (folder === undefined) continue;
    const path = FILE_NAMES.map((name) => join(folder, name)).find((candidate) => existsSync(candidate));
    if (path !== undefined) return path;
  }
  return undefined;
}

function fileLayer(file: string, files: string[]): Layer {
  const text = readConfigText(readText(file), file);
  files.push(file);
  const place = (path: Path) => ({ file, ...text.place(path) });
  return { content: text.content ?? {}, origin: (path) => placeText(place(path)), place };
}

function includeLayer(file: string, section: string, files: string[]): Layer {
  const layer = fileLayer(file, files);
  const { content } = layer;
  const named = typeof content === "object" && content !== null && section in content;
  if (named) return layer;
  const inner = (path: Path): Path => path.slice(1);
  return {
    content: { [section]: content },
    origin: (path) => layer.origin(inner(path)),
    ...(layer.place && { place: placeWithin(layer.place, inner) }),
  };
}

function placeWithin(
  place: NonNullable<Layer["place"]>,
  inner: (path: Path) => Path,
): NonNullable<Layer["place"]> {
  return (path) => place(inner(path));
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    throw new HopperError("validation_failed", `the configuration file ${file} cannot be read (${code})`, {
      file,
    });
  }
}

function placeText({ file, line, column }: Place & { readonly file: string }): string {
  return `${file}:${line}:${column}`;
}

/** Checks what a layer says and lays it over what there is. */
function apply(layer: Layer, entries: Map<string, SettingEntry>): void {
  const content = withScopeNames(layer.content);
  const issues = findIssues(settingsContent, content);
  if (issues.length > 0) throw bad(issues, layer);
  for (const { path, value } of leaves(check(settingsContent, content))) {
    const key = path[0] === "store" ? "store" : path.join(".");
    entries.set(key, { path: key, value, origin: layer.origin(path) });
  }
}

/** Scopes are written in any case. */
function withScopeNames(content: unknown): unknown {
  const scopes = (content as { scopes?: unknown } | null)?.scopes;
  if (typeof scopes !== "object" || scopes === null || Array.isArray(scopes)) return content;
  const named = Object.entries(scopes).map(([name, config]) => {
    const canonical = name.toUpperCase();
    return [(SCOPES as readonly string[]).includes(canonical) ? canonical : name, config] as const;
  });
  return { ...(content as object), scopes: Object.fromEntries(named) };
}

function* leaves(
  value: unknown,
  path: readonly string[] = [],
): Generator<{ path: readonly string[]; value: Json }> {
  if (value === undefined) return;
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    for (const [key, inner] of Object.entries(value)) yield* leaves(inner, [...path, key]);
  } else yield { path, value: value as Json };
}

function nested(flags: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const content: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(flags)) {
    if (value === undefined) continue;
    const steps = path.split(".");
    const last = steps.pop() ?? path;
    let here = content;
    for (const step of steps) here = (here[step] ??= {}) as Record<string, unknown>;
    here[last] = value;
  }
  return content;
}

function defaults(): SettingEntry[] {
  const { delegation, tasks, workers } = DEFAULT_SETTINGS;
  const values: Record<string, Json> = {
    "delegation.routed_expiry_ms": delegation.routedExpiryMs,
    "delegation.manual_expiry_ms": delegation.manualExpiryMs,
    "delegation.round_backoff_ms": delegation.roundBackoffMs,
    "delegation.round_backoff_max_ms": delegation.roundBackoffMaxMs,
    "tasks.max_attempts": tasks.maxAttempts,
    "tasks.retry_backoff_ms": tasks.retryBackoffMs,
    "tasks.retry_backoff_max_ms": tasks.retryBackoffMaxMs,
    "tasks.max_lease_losses": tasks.maxLeaseLosses,
    "workers.lease_seconds": workers.leaseMs / 1_000,
    "workers.heartbeat_seconds": workers.heartbeatMs / 1_000,
    "logging.level": "info",
  };
  return Object.entries(values).map(([path, value]) => ({ path, value, origin: "default" }));
}

/** A shorter lease needs no heartbeat setting of its own: three to a lease, unless something else is said. */
function adaptHeartbeat(entries: Map<string, SettingEntry>): void {
  const path = "workers.heartbeat_seconds";
  const lease = Number(entries.get("workers.lease_seconds")?.value);
  const heartbeat = entries.get(path);
  if (heartbeat?.origin === "default" && Number(heartbeat.value) > lease / 3) {
    entries.set(path, { ...heartbeat, value: lease / 3 });
  }
}

/** What is only wrong in relation to another value. */
const ORDERED = [
  { small: "delegation.round_backoff_ms", big: "delegation.round_backoff_max_ms" },
  { small: "tasks.retry_backoff_ms", big: "tasks.retry_backoff_max_ms" },
  { small: "workers.heartbeat_seconds", big: "workers.lease_seconds" },
];

function checkTogether(entries: ReadonlyMap<string, SettingEntry>): void {
  for (const { small, big } of ORDERED) {
    const [less, more] = [entries.get(small), entries.get(big)];
    if (less === undefined || more === undefined || Number(less.value) <= Number(more.value)) continue;
    const culprit = less.origin === "default" ? more : less;
    const message = `${small} is ${Number(less.value)} (${less.origin}) and ${big} is ${Number(more.value)} (${more.origin}); the first must not be the greater one`;
    throw new HopperError("bad_configuration", `${culprit.origin}: ${message}`, {
      issues: [{ path: culprit.path, message }],
    });
  }
}

function build(
  entries: ReadonlyMap<string, SettingEntry>,
): Pick<Configuration, "settings" | "store" | "logLevel"> {
  const number = (path: string): number => Number(entries.get(path)?.value);
  const scopes: Partial<Record<Scope, InstanceConfig>> = {};
  for (const { path, value } of entries.values()) {
    const [section, scope, key] = path.split(".");
    if (section === "scopes" && scope !== undefined && key !== undefined)
      (scopes[scope as Scope] ??= {})[key] = value;
  }
  return {
    settings: {
      delegation: {
        routedExpiryMs: number("delegation.routed_expiry_ms"),
        manualExpiryMs: number("delegation.manual_expiry_ms"),
        roundBackoffMs: number("delegation.round_backoff_ms"),
        roundBackoffMaxMs: number("delegation.round_backoff_max_ms"),
      },
      tasks: {
        maxAttempts: number("tasks.max_attempts"),
        retryBackoffMs: number("tasks.retry_backoff_ms"),
        retryBackoffMaxMs: number("tasks.retry_backoff_max_ms"),
        maxLeaseLosses: number("tasks.max_lease_losses"),
      },
      workers: {
        leaseMs: number("workers.lease_seconds") * 1_000,
        heartbeatMs: number("workers.heartbeat_seconds") * 1_000,
        handLeaseMs: DEFAULT_SETTINGS.workers.handLeaseMs,
      },
      scopes,
    },
    store: (entries.get("store")?.value ?? null) as string | null,
    logLevel: entries.get("logging.level")?.value as LogLevel,
  };
}

function bad(found: readonly (Issue & { readonly at: Path })[], layer: Layer): HopperError {
  const issues = found.map(({ at, path, message, suggestion }) => ({
    path,
    message,
    ...(suggestion !== undefined && { suggestion }),
    ...layer.place?.(at),
  }));
  const [first] = found;
  const where = layer.origin(first?.at ?? []);
  return new HopperError("bad_configuration", `${where}: ${summary(found)}`, {
    ...(first && layer.place?.(first.at)),
    issues,
  });
}
