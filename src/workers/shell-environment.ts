import { delimiter, dirname } from "node:path";
import type { Json } from "../../machines/records/values.ts";

/**
 * Where and with which variables the command of one task runs, beyond what every command gets.
 *
 * It is stored with the task, in its payload under the key `plan`, next to what the user put there. Not
 * looked up in the plan file: any in-process worker of the store's owner may claim the task, also one
 * that was started for another plan of the same hierarchy, or after a crash, and the task must then run
 * the same way. So what the file says in clear text (`cwd`, `env`) is stored in clear text, as `run` is;
 * of `env_from`, which is the way for secrets, only the names are stored: the values are read from the
 * worker's own environment when the command starts, and are never written anywhere.
 */
export interface CommandSettings {
  /** Absolute. */
  readonly cwd: string | null;
  readonly env: Readonly<Record<string, string>>;
  readonly envFrom: readonly string[];
}

/** The key of a task's payload that holds its {@link CommandSettings}: `{ plan: { cwd, env, env_from }, … }`. */
export const SETTINGS_KEY = "plan";

/** Taken over from our own environment when they are set there; beside them every `LC_…`. */
const INHERITED = ["HOME", "USER", "SHELL", "TMPDIR", "LANG", "TZ", "TERM", "CI", "NO_COLOR", "FORCE_COLOR"];

/** Puts a task's settings into its payload. The payload must be an object, or none. */
export function withSettings(payload: { [key: string]: Json } | null, settings: CommandSettings): Json {
  const { cwd, env, envFrom } = settings;
  return { ...payload, [SETTINGS_KEY]: { cwd, env: { ...env }, env_from: [...envFrom] } };
}

/** Reads them back. A payload without them (a task that came from elsewhere) has none; what is not of their shape is left out. */
export function settingsOf(payload: Json): CommandSettings {
  const { cwd, env, env_from: envFrom } = asObject(asObject(payload)[SETTINGS_KEY]);
  const texts = Object.entries(asObject(env)).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string",
  );
  return {
    cwd: typeof cwd === "string" ? cwd : null,
    env: Object.fromEntries(texts),
    envFrom: Array.isArray(envFrom) ? envFrom.filter((name) => typeof name === "string") : [],
  };
}

/** What a command is told about its task. */
export interface TaskFacts {
  readonly id: string;
  readonly title: string;
  /** Name of the instance whose queue it was claimed from. */
  readonly instance: string;
  readonly leaseToken: string;
}

/**
 * The whole environment of a command: exactly the list of spec/cli.md 5.3.
 * `base` is our own environment; `url` is where this Hopper answers, if it does.
 */
export function shellEnvironment(params: {
  base: NodeJS.ProcessEnv;
  settings: CommandSettings;
  task: TaskFacts;
  url: string | null;
}): Record<string, string> {
  const { base, settings, task, url } = params;
  const names = Object.keys(base).filter((name) => name.startsWith("LC_"));
  return {
    // The user's own tools, as in their terminal; where there is no Node among them, the one that runs Hopper.
    PATH: [base["PATH"], dirname(process.execPath)].filter(Boolean).join(delimiter),
    ...pick(base, [...INHERITED, ...names, ...settings.envFrom]),
    ...settings.env,
    HOPPER_TASK_ID: task.id,
    HOPPER_TASK_TITLE: task.title,
    HOPPER_INSTANCE: task.instance,
    HOPPER_LEASE_TOKEN: task.leaseToken,
    ...(url === null ? {} : { HOPPER_URL: url }),
  };
}

function pick(from: NodeJS.ProcessEnv, names: readonly string[]): Record<string, string> {
  const found = names.map((name) => [name, from[name]] as const);
  return Object.fromEntries(found.filter((pair): pair is [string, string] => pair[1] !== undefined));
}

function asObject(value: Json | undefined): { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}
