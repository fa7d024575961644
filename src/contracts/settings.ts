import * as z from "zod";
import { SCOPES, type InstanceConfig, type Scope } from "../../machines/records/instance.ts";
import type { Issue } from "./check.ts";
import { accepting, whole } from "./common.ts";
import { CONFIG_KEYS, strictInstanceConfig, withoutEffect } from "./instance-config.ts";
import { line } from "./texts.ts";
import { lengthOf } from "./time.ts";
import { oneOf } from "./words.ts";

/** The content of hopper.yaml, as far as what it sets exists. Source: spec/domain.md 2.9. */

const MANY = 1_000_000;
const YEAR_MS = 31_536_000_000;

/** What `logging.level` may be, the quietest last. */
export const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A key that ends in `_ms`; durations such as 5m are taken, too. */
const ms = lengthOf({ unit: 1, min: 1, max: YEAR_MS });
/** A key that ends in `_seconds`; comes out as seconds. */
const seconds = lengthOf({ unit: 1_000, min: 1, max: YEAR_MS }).transform((length) => length / 1_000);

const sections = {
  delegation: {
    routed_expiry_ms: ms,
    manual_expiry_ms: ms,
    round_backoff_ms: ms,
    round_backoff_max_ms: ms,
  },
  tasks: {
    max_attempts: whole(1, 1_000),
    retry_backoff_ms: ms,
    retry_backoff_max_ms: ms,
    max_lease_losses: whole(0, MANY),
  },
  workers: { lease_seconds: seconds, heartbeat_seconds: seconds },
  logging: { level: oneOf(LOG_LEVELS) },
};

function section<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject(shape, accepting("a section (keys with values)")).partial();
}

const scopeShape = Object.fromEntries(SCOPES.map((scope) => [scope, strictInstanceConfig])) as Record<
  Scope,
  typeof strictInstanceConfig
>;

/** The whole file. Unknown keys are refused, also in the defaults of scopes. */
export const settingsContent = section({
  store: z.union([line(4_096), section({ url: line(4_096) })], accepting("text such as sqlite:work.db")),
  scopes: section(scopeShape),
  delegation: section(sections.delegation),
  tasks: section(sections.tasks),
  workers: section(sections.workers),
  logging: section(sections.logging),
});

/** Every setting that one value sets, as a path. */
export const SETTING_PATHS: readonly (readonly string[])[] = [
  ["store"],
  ...Object.entries(sections).flatMap(([name, shape]) => Object.keys(shape).map((key) => [name, key])),
  ...SCOPES.flatMap((scope) => CONFIG_KEYS.map((key) => ["scopes", scope, key])),
];

const BACKOFF = ["round_backoff_ms", "round_backoff_max_ms"] as const;

/** What of checked settings has no effect. The command line writes no log: silence is what it keeps. */
export function settingWarnings({ logging, scopes, delegation }: z.output<typeof settingsContent>): Issue[] {
  const level = logging?.level ?? "silent";
  return [
    ...(level === "silent"
      ? []
      : [{ path: "logging.level", message: "has no effect yet: Hopper writes no log" }]),
    ...BACKOFF.filter((key) => delegation?.[key] !== undefined).map((key) => ({
      path: `delegation.${key}`,
      message: "has no effect: a child that is full says itself when it has room",
    })),
    ...Object.entries(scopes ?? {}).flatMap(([scope, config]) =>
      withoutEffect((config ?? {}) as InstanceConfig, `scopes.${scope}.`),
    ),
  ];
}
