import { expect, it } from "vitest";
import type { Clock } from "../../src/index.ts";
import { createHopper } from "../../src/index.ts";
import { silentLog } from "../../src/environment/real.ts";

const START = Date.parse("2026-01-02T03:04:05.000Z");
const HOUR_MS = 3_600_000;

/** A clock that stands still, with its alarms: time passes and the wall clock is set by hand. */
function givenClock() {
  let [passed, wall] = [0, START];
  const alarms = new Map<() => void, number>();
  const clock: Clock = {
    now: () => wall,
    monotonic: () => passed,
    at(moment, run) {
      alarms.set(run, moment - wall);
      return { cancel: () => void alarms.delete(run) };
    },
    soon: (run) => void setImmediate(run),
  };
  /** The alarm that comes first; how long it takes to come. */
  const next = (): number => Math.min(...alarms.values());
  const pass = (ms: number): void => {
    passed += ms;
    wall += ms;
    for (const [run, left] of alarms) {
      if (left > ms) continue;
      alarms.delete(run);
      run();
    }
  };
  return { clock, next, pass, set: (by: number) => void (wall += by) };
}

it("looks at the clock each second while a moment is waited for, so a clock that was set is noticed within one (3.4)", async () => {
  const { clock, next, pass, set } = givenClock();
  const hopper = await createHopper({ store: "sqlite::memory:", clock, log: silentLog });
  await hopper.instances.create({ name: "webapp", scope: "PROJECT", start: true });
  const deadlineAt = new Date(START + HOUR_MS).toISOString();
  const { id } = await hopper.tasks.add({ title: "A", instanceId: "webapp", deadlineAt });
  await hopper.settle();
  await new Promise(setImmediate);
  expect(next()).toBeLessThanOrEqual(1_000);
  set(2 * HOUR_MS);
  pass(1_000);
  await hopper.settle();
  expect((await hopper.tasks.get(id)).error?.code).toBe("deadline_exceeded");
  await hopper.close();
});
