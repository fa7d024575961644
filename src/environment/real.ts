import { randomFillSync } from "node:crypto";
import { v7 } from "uuid";
import type { Clock, Ids, Log, Random } from "../../actors/engine/environment.ts";

/** The real world, passed to the runtime in one place. Source: spec/runtime.md 3.6. */

/** The longest delay a timer takes: 2³¹ − 1 ms; a later moment is waited for in steps. */
const LONGEST_MS = 2_147_483_647;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  at(moment, run, awaited) {
    let timer: NodeJS.Timeout;
    const end = performance.now() + moment - Date.now();
    const wait = (): void => {
      const left = end - performance.now();
      timer = setTimeout(left > LONGEST_MS ? wait : run, Math.max(0, Math.min(left, LONGEST_MS)));
      if (awaited === undefined) timer.unref();
    };
    wait();
    return { cancel: () => clearTimeout(timer) };
  },
  soon: (run) => void setImmediate(run),
};

export const systemRandom: Random = () => Math.random();

/** Random bytes of an id, and ids whose bytes are asked of the kernel at once: one by one they take ten times as long. */
const ID_BYTES = 16;
const IDS_AT_ONCE = 256;

function systemUuids(): Ids {
  const pool = new Uint8Array(ID_BYTES * IDS_AT_ONCE);
  let used = pool.length;
  return {
    uuid(now) {
      if (used === pool.length) {
        randomFillSync(pool);
        used = 0;
      }
      used += ID_BYTES;
      return v7({ msecs: now, random: pool.subarray(used - ID_BYTES, used) });
    },
  };
}

export const systemIds: Ids = systemUuids();

/** Warnings and errors, a line each, on stderr. */
export const stderrLog: Log = {
  info: () => undefined,
  warn: (facts, message) => complain("warning", facts, message),
  error: (facts, message) => complain("error", facts, message),
};

function complain(level: string, facts: object, message: string): void {
  const shown = JSON.stringify(facts, (_key, value: unknown) =>
    typeof value === "bigint" ? String(value) : value,
  );
  process.stderr.write(`hopper: ${level}: ${message} ${shown}\n`);
}

export const silentLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
