import * as z from "zod";
import type { InstanceConfig } from "../../machines/records/instance.ts";
import type { Json } from "../../machines/records/values.ts";
import { LIMITS } from "../../machines/settings.ts";
import type { Issue } from "./check.ts";
import { accepting, atMost, between, bytes, flag, limited, whole } from "./common.ts";
import { suggest } from "./nearest.ts";
import { tags } from "./texts.ts";
import { readMoment } from "./time.ts";
import { oneOf } from "./words.ts";

const CAPABILITIES = 256;
const MANY = 1_000_000;
const DAY_SECONDS = 86_400;

const aMoment = accepting("a moment such as 2026-03-01T12:00:00Z");

/** A moment that stays as it was written: configuration passes through untouched. */
const writtenMoment = limited(
  z.string(aMoment).refine((text) => readMoment(text) !== null, aMoment),
  { format: "date-time" },
);

function seconds(max: number) {
  return between(0, max, `a number of seconds from 0 to ${max}`);
}

/** A key without its check, or one that no record has, does not compile. */
type KeysOf<Config> = { readonly [Key in keyof Config]-?: z.ZodType<Exclude<Config[Key], undefined>> };

const shape = {
  capabilities: tags(CAPABILITIES),
  strict_capabilities: flag,
  domains: tags(CAPABILITIES),
  max_concurrent_tasks: whole(1, MANY),
  max_queued_tasks: whole(0, MANY),
  auto_delegate: flag,
  acceptance: oneOf(["auto", "manual"]),
  orchestration_threshold: whole(0, 100),
  auto_create_orchestrations: flag,
  max_orchestrations_per_project: whole(0, 10_000),
  auto_create_projects: flag,
  unmatched: oneOf(["hold", "load"]),
  on_failure: oneOf(["propagate", "reassign", "escalate"]),
  fallback: oneOf(["hold", "handle"]),
  routing_engine: oneOf(["rules"]),
  llm_fallback: flag,
  linger_seconds: seconds(365 * DAY_SECONDS),
  expires_at: writtenMoment,
  ends_at: writtenMoment,
  drain_timeout_seconds: seconds(DAY_SECONDS),
} satisfies KeysOf<Omit<InstanceConfig, "child_defaults">>;

/** The keys that every instance understands but `child_defaults`. Source: spec/domain.md 2.9. */
export const CONFIG_KEYS: readonly string[] = Object.keys(shape);
const ALL_KEYS: readonly string[] = [...CONFIG_KEYS, "child_defaults"];

const loose = z.looseObject(shape, accepting("an object")).partial();

/** Where an unknown key is a mistake, as in hopper.yaml. */
export const strictInstanceConfig = z
  .strictObject(
    { ...shape, child_defaults: z.strictObject(shape, accepting("an object")).partial() },
    accepting("an object"),
  )
  .partial();

/**
 * The configuration of an instance: known keys are checked, unknown ones kept. The output is a copy,
 * so that nothing the caller does later reaches a record.
 */
export const instanceConfig = limited(
  (loose.extend({ child_defaults: loose.optional() }) as z.ZodType<unknown, InstanceConfig>)
    .transform((config) => JSON.stringify(config))
    .check(atMost(LIMITS.payloadBytes, "is # bytes of JSON", bytes))
    .transform((text) => JSON.parse(text) as InstanceConfig),
  { "x-max-bytes": LIMITS.payloadBytes },
);

const NOTHING_ENDS_IT = "nothing ends the instance then; terminate it yourself";
/** Known keys that nothing reads yet, with what is so whatever they say. */
const WITHOUT_EFFECT: readonly { key: keyof InstanceConfig; unless?: Json; why: string }[] = [
  { key: "expires_at", why: NOTHING_ENDS_IT },
  { key: "ends_at", why: NOTHING_ENDS_IT },
  { key: "llm_fallback", unless: false, why: "there is no such fallback; such tasks are routed by load" },
];

/** What of a configuration does nothing: keys that Hopper does not know, each with the nearest one, and values without effect. */
export function warnings(config: InstanceConfig): Issue[] {
  const own = [...unknownKeys(config, "", ALL_KEYS), ...withoutEffect(config, "")];
  const inherited = config.child_defaults;
  if (inherited === undefined) return own;
  const prefix = "child_defaults.";
  return [...own, ...unknownKeys(inherited, prefix, CONFIG_KEYS), ...withoutEffect(inherited, prefix)];
}

/** The values of a configuration that nothing reads yet. `prefix`: the path above its keys, with its dot. */
export function withoutEffect(config: InstanceConfig, prefix: string): Issue[] {
  return WITHOUT_EFFECT.filter(({ key, unless }) => config[key] !== undefined && config[key] !== unless).map(
    ({ key, why }) => ({ path: `${prefix}${key}`, message: `has no effect yet: ${why}` }),
  );
}

function unknownKeys(config: InstanceConfig, prefix: string, known: readonly string[]): Issue[] {
  return Object.keys(config)
    .filter((key) => !known.includes(key))
    .map((key) => {
      const { help, ...near } = suggest(key, known);
      return { path: `${prefix}${key}`, message: `is kept, but Hopper does not read it${help}`, ...near };
    });
}
