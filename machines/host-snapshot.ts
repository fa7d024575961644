import { HopperError } from "./errors.ts";
import { findUnplain } from "./host-checks.ts";
import type { Lifecycle, LifecycleEvent } from "./host.ts";

/**
 * A lifecycle's state as data that outlives the program: one JSON object that says which machine and which version
 * of it wrote it, with a way up for what an older version wrote. Source: 3-runtime.md 3.2.
 */

/** A stored state: `value` is the state's name, `status` is "done" where the lifecycle is over. */
export interface StoredSnapshot<S extends string = string, C = unknown> {
  readonly machine: string;
  readonly version: number;
  readonly value: S;
  readonly context: C;
  readonly status: "active" | "done";
}

/** Makes the value and context of version n into those of version n + 1. */
export type Migration = (older: { value: string; context: unknown }) => { value: string; context: unknown };

/** Migrations by the version they start from. Version n needs all from the oldest one ever stored to n - 1. */
export interface Migrations {
  readonly [from: number]: Migration;
}

/** Writes and reads the stored states of one lifecycle. */
export interface SnapshotCodec<S extends string, C> {
  /** The stored state of something new. */
  init(context: C): StoredSnapshot<S, C>;
  /** @throws Error if the context is not plain JSON. */
  encode(value: S, context: C): StoredSnapshot<S, C>;
  /**
   * Checks what was read, after JSON.parse, and brings it to this version.
   * @throws HopperError `store_damaged` if it is no snapshot of this machine, names no state of it, is newer, or no
   * migration leads here.
   */
  decode(stored: unknown): StoredSnapshot<S, C>;
}

/** The codec of a lifecycle's stored states. */
export function snapshotCodec<S extends string, C, E extends LifecycleEvent>(
  lifecycle: Lifecycle<S, C, E>,
  options: {
    /** True if `context` has the shape this version needs. */
    readonly isContext: (context: unknown) => context is C;
    readonly migrations?: Migrations;
  },
): SnapshotCodec<S, C> {
  const { name: machine, version } = lifecycle;
  const { isContext, migrations = {} } = options;

  function encode(value: S, context: C): StoredSnapshot<S, C> {
    const unplain = findUnplain(context, "context");
    if (unplain !== null) throw new Error(`lifecycle "${machine}": cannot be stored, ${unplain}`);
    return { machine, version, value, context, status: lifecycle.isFinal(value) ? "done" : "active" };
  }

  function decode(stored: unknown): StoredSnapshot<S, C> {
    if (!isSnapshot(stored)) throw damaged(machine, "is not a snapshot");
    if (stored.machine !== machine) throw damaged(machine, `was written by the machine "${stored.machine}"`);
    if (stored.version > version) {
      throw damaged(
        machine,
        `was written by version ${stored.version}; this Hopper knows it up to ${version}`,
      );
    }
    let { value, context }: { value: string; context: unknown } = stored;
    for (let from = stored.version; from < version; from += 1) {
      const migrate = migrations[from];
      if (migrate === undefined) throw damaged(machine, `is of version ${from}, which no migration leaves`);
      ({ value, context } = migrate({ value, context }));
    }
    if (!isState(lifecycle, value))
      throw damaged(machine, `names the state "${value}", which it does not have`);
    if (!isContext(context))
      throw damaged(machine, `has a context that does not fit: ${JSON.stringify(context)}`);
    return encode(value, context);
  }

  return { init: (context) => encode(lifecycle.initial, context), encode, decode };
}

function isSnapshot(stored: unknown): stored is StoredSnapshot {
  if (typeof stored !== "object" || stored === null) return false;
  const { machine, version, value, context } = stored as Partial<StoredSnapshot>;
  const named = typeof machine === "string" && typeof value === "string";
  return named && Number.isSafeInteger(version) && typeof context === "object" && context !== null;
}

function isState<S extends string>(lifecycle: { readonly states: readonly S[] }, value: string): value is S {
  return (lifecycle.states as readonly string[]).includes(value);
}

function damaged(machine: string, what: string): HopperError {
  return new HopperError("store_damaged", `a stored state of "${machine}" ${what}`, { machine });
}
