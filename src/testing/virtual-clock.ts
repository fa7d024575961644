import type { Cancellable, Clock } from "../../actors/engine/environment.ts";

interface Alarm {
  /** In time that has passed. */
  readonly moment: number;
  readonly run: () => void;
}

/** A clock that stands still until it is told to move. Begins at 2026-01-01T00:00:00Z. */
export class VirtualClock implements Clock {
  #now = Date.UTC(2026, 0, 1);
  #passed = 0;
  readonly #alarms = new Set<Alarm>();

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#passed;
  }

  at(moment: number, run: () => void): Cancellable {
    const alarm = { moment: this.#passed + moment - this.#now, run };
    this.#alarms.add(alarm);
    return { cancel: () => this.#alarms.delete(alarm) };
  }

  /** When the next alarm runs, if the clock is only moved; null = there is none. */
  next(): number | null {
    const moments = Array.from(this.#alarms, ({ moment }) => moment);
    return moments.length === 0 ? null : this.#now + Math.min(...moments) - this.#passed;
  }

  /** What is to run soon is run by whoever drives the loop. */
  soon(): void {}

  /** The wall clock is set, forward or back by so many ms: no time passes. */
  jump(by: number): void {
    this.#now += by;
  }

  /** Moves to a moment and runs the alarms that are due by then, soonest first. */
  moveTo(moment: number): void {
    const by = Math.max(0, moment - this.#now);
    this.#now += by;
    this.#passed += by;
    const due = [...this.#alarms]
      .filter((alarm) => alarm.moment <= this.#passed)
      .toSorted((a, b) => a.moment - b.moment);
    for (const alarm of due) {
      this.#alarms.delete(alarm);
      alarm.run();
    }
  }
}
