import type { LoopLimits } from "../../actors/engine/system-params.ts";
import type { Scope } from "../../machines/records/instance.ts";
import type { ScopeBehavior } from "../../machines/scopes/behavior.ts";
import { openStore } from "../../store/open.ts";
import type { Store } from "../../store/store.ts";
import { silentLog } from "../environment/real.ts";
import { createHopper, type Hopper } from "../hopper.ts";
import { Doorbells } from "./doorbells.ts";
import { Faults } from "./faults.ts";
import { keepersChecked } from "./keeper-check.ts";
import { countingIds } from "./seeded.ts";
import { VirtualClock } from "./virtual-clock.ts";

/** How a Hopper is spawned in memory. */
export interface SpawnParams {
  /** Decides random numbers and ids. Default 1. */
  readonly seed?: number;
  /** The content of hopper.yaml. */
  readonly config?: unknown;
  readonly scopes?: Partial<Record<Scope, ScopeBehavior>>;
  readonly limits?: Partial<LoopLimits>;
  /** Picks the next actor among n; absent = in turn. */
  readonly choose?: (actors: number) => number;
  /** Wraps the store: faults, checks. */
  readonly wrap?: (store: Store) => Store;
}

/** What outlives a crash: time, chance, and what is to go wrong. */
export interface Environment {
  readonly clock: VirtualClock;
  readonly random: () => number;
  readonly ids: ReturnType<typeof countingIds>;
  /** What breaks the rule of keepers, as commits show it. */
  readonly strays: string[];
  readonly faults: Faults;
  readonly doorbells: Doorbells;
}

export interface Begun {
  readonly store: Store;
  readonly hopper: Hopper;
}

/** Opens a store in memory, from these bytes if there are any, and a Hopper on it that is driven by hand. */
export async function begin(
  params: SpawnParams,
  environment: Environment,
  image: Uint8Array | null,
): Promise<Begun> {
  const opened = await openStore({
    url: "sqlite::memory:",
    clock: environment.clock,
    ids: { uuid: () => environment.ids.uuid(environment.clock.now()) },
    ...(image === null ? {} : { image }),
  });
  const { wrap, ...options } = params;
  const { strays, faults, doorbells, ...world } = environment;
  const faulted = faults.over(opened);
  const hopper = await createHopper({
    ...options,
    ...world,
    log: silentLog,
    doorbell: (ring) => doorbells.heard(ring),
    opened: keepersChecked(wrap?.(faulted) ?? faulted, (broken) => strays.push(broken)),
    running: false,
    trace: true,
  });
  return { store: opened, hopper };
}

export type Drive = <T>(pending: Promise<T>) => Promise<T>;

/** The same verbs, with the loop run until each has its answer. */
export function driven<V extends object>(verbs: V, drive: Drive): V {
  return new Proxy(verbs, {
    get(target, name, receiver) {
      const verb: unknown = Reflect.get(target, name, receiver);
      if (typeof verb !== "function") return verb;
      return (...args: unknown[]) => {
        const result: unknown = verb.apply(target, args);
        return result instanceof Promise ? drive(result) : result;
      };
    },
  });
}
