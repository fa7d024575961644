import { HopperError } from "../../machines/errors.ts";
import type { InstanceConfig, Scope } from "../../machines/records/instance.ts";
import type { Json } from "../../machines/records/values.ts";
import { DEFAULT_SETTINGS, type Settings } from "../../machines/settings.ts";
import { readEnvironment } from "./env.ts";
import { fileLayers, type Places } from "./files.ts";
import { badConfiguration, put, storeFrom, type Layer } from "./layer.ts";
import { withScopeNames } from "./scope-names.ts";
import { checkUnknown, findIssues, type Issue } from "../contracts/check.ts";
import { snakeCase } from "../contracts/wire.ts";
import { settingsContent, settingWarnings, type LogLevel } from "../contracts/settings.ts";

/** Where settings may come from; the later ones of this list win: file, env, flags. */
export interface ConfigurationSources extends Places {
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
  /** What a person does to change it there (`change …` in words); not where a program gave it. */
  readonly mend?: ((change: string) => string) | undefined;
}

/** Everything that is configured, and why. */
export interface Configuration {
  readonly settings: Settings;
  /** null = not set. A path in a file counts from that file's folder, one in the environment from the working folder. */
  readonly store: string | null;
  readonly logLevel: LogLevel;
  readonly entries: readonly SettingEntry[];
  /** What somebody set and has no effect: `hopper.yaml:3:5: logging.level has …`. */
  readonly warnings: readonly string[];
  /** The files that were read, least important first. */
  readonly files: readonly string[];
}

/**
 * Reads every source, lays the more important over the less important ones, and keeps where each value
 * came from. Throws `bad_configuration` with every error and its place, and `validation_failed` when
 * the file that was asked for cannot be read.
 */
export function loadConfiguration(sources: ConfigurationSources = {}): Configuration {
  const files: string[] = [];
  const { content } = sources;
  const layers: Layer[] =
    content === undefined ? fileLayers(sources, files) : [{ content: content ?? {}, origin: () => "config" }];
  const env = readEnvironment(sources.env ?? {});
  if (env.issues.length > 0) throw unknownVariables(env.issues);
  layers.push({
    content: env.content,
    origin: (path) => env.nameOf(path),
    mend: (path) => `unset ${env.nameOf(path)}    (or give it another value)`,
    folder: sources.workingFolder,
  });
  layers.push({ content: nested(sources.flags ?? {}), origin: () => "flag" });
  const entries = new Map<string, SettingEntry>(defaults().map((entry) => [entry.path, entry]));
  const warnings = layers.flatMap((layer) => apply(layer, entries));
  adaptHeartbeat(entries);
  checkStore(entries.get("store"));
  checkTogether(entries);
  return { ...build(entries), entries: [...entries.values()], warnings: stillTrue(warnings, entries), files };
}

function unknownVariables(issues: readonly Issue[]): HopperError {
  return badConfiguration(
    issues.map((issue) => ({ ...issue, at: [issue.path] })),
    {
      content: null,
      origin: () => "environment",
      mend: ([name]) => {
        const instead = issues.find(({ path }) => path === name)?.suggestion;
        return `unset ${name}${instead === undefined ? "" : `    (and set ${instead})`}`;
      },
    },
  );
}

/** A setting that does nothing, and the layer that sets it. */
type Warning = Issue & { readonly origin: string };

/** Without those whose value came from another layer in the end. */
function stillTrue(warnings: readonly Warning[], entries: ReadonlyMap<string, SettingEntry>): string[] {
  return warnings
    .filter(({ path, origin }) => entries.get(path)?.origin === origin)
    .map(({ path, message, origin }) => `${origin}: ${path} ${message}`);
}

/** Checks what a layer says and lays it over what there is. Returns what of it has no effect. */
function apply(layer: Layer, entries: Map<string, SettingEntry>): Warning[] {
  const content = withScopeNames(layer.content);
  const issues = findIssues(settingsContent, content);
  if (issues.length > 0) throw badConfiguration(issues, layer);
  const checked = checkUnknown(settingsContent, content);
  for (const { path, value } of leaves(checked)) {
    const origin = layer.origin(path);
    const mend = layer.mend && ((change: string) => layer.mend?.(path, change) ?? change);
    const key = path[0] === "store" ? "store" : path.join(".");
    const placed = key === "store" && typeof value === "string" ? storeFrom(layer.folder, value) : value;
    entries.set(key, { path: key, value: placed, origin, mend });
  }
  return settingWarnings(checked).map((issue) => ({ ...issue, origin: layer.origin(issue.path.split(".")) }));
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
    if (value !== undefined) put(content, path.split("."), value);
  }
  return content;
}

/** The numbers among the settings, with their paths in hopper.yaml; there, what concerns workers is in seconds. */
const NUMBERS = (["delegation", "tasks", "workers"] as const).flatMap((section) =>
  Object.entries(DEFAULT_SETTINGS[section])
    .filter(([field]) => field !== "handLeaseMs") // nobody sets it
    .map(([field, initial]) => {
      const unit = section === "workers" ? 1_000 : 1;
      const key = snakeCase(unit === 1 ? field : field.replace("Ms", "Seconds"));
      return { section, field, initial, unit, path: `${section}.${key}` };
    }),
);

function defaults(): SettingEntry[] {
  const numbers = NUMBERS.map(({ path, initial, unit }) => ({ path, value: initial / unit }));
  return [...numbers, { path: "logging.level", value: "info" }].map((entry) => ({
    ...entry,
    origin: "default",
  }));
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

/** What is no store is said where it is named: the one that opens it would not know the place. */
function checkStore(entry: SettingEntry | undefined): void {
  if (entry === undefined || (typeof entry.value === "string" && /^sqlite:./.test(entry.value))) return;
  const message = `is ${JSON.stringify(entry.value)}; sqlite:PATH is accepted`;
  throw refusal(entry, `store ${message}`, "set store to sqlite:PATH");
}

function refusal({ path, origin, mend }: SettingEntry, message: string, change: string): HopperError {
  return new HopperError("bad_configuration", `${origin}: ${message}`, {
    issues: [{ path, message }],
    ...(mend && { fix: mend(change) }),
  });
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
    throw refusal(culprit, message, `change ${culprit.path}`);
  }
}

function build(
  entries: ReadonlyMap<string, SettingEntry>,
): Pick<Configuration, "settings" | "store" | "logLevel"> {
  const scopes: Partial<Record<Scope, InstanceConfig>> = {};
  for (const { path, value } of entries.values()) {
    const [section, scope, key, handed] = path.split(".");
    if (section !== "scopes" || scope === undefined || key === undefined) continue;
    const config = (scopes[scope as Scope] ??= {});
    if (handed === undefined) Object.assign(config, { [key]: value });
    else Object.assign((config.child_defaults ??= {}), { [handed]: value });
  }
  const { delegation, tasks, workers } = DEFAULT_SETTINGS;
  const numbers = { delegation: { ...delegation }, tasks: { ...tasks }, workers: { ...workers } };
  for (const { section, field, path, unit } of NUMBERS) {
    Object.assign(numbers[section], { [field]: Number(entries.get(path)?.value) * unit });
  }
  return {
    settings: { ...numbers, scopes },
    store: (entries.get("store")?.value ?? null) as string | null,
    logLevel: entries.get("logging.level")?.value as LogLevel,
  };
}
