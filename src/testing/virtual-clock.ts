import type { Cancellable, Clock } from "../../actors/engine/environment.ts";

interface Alarm {
  readonly moment: number;
  readonly run: () => void;
}

/** A clock that stands still until it is told to move. Begins at 2026-01-01T00:00:00Z. */
export class VirtualClock implements Clock {
  #now = Date.UTC(2026, 0, 1);
  readonly #alarms = new Set<Alarm>();

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  at(moment: number, run: () => void): Cancellable {
    const alarm = { moment, run };
    this.#alarms.add(alarm);
    return { cancel: () => this.#alarms.delete(alarm) };
  }

  /** What is to run soon is run by whoever drives the loop. */
  soon(): void {}

  /** Moves to a moment and runs the alarms that are due by then, soonest first. */
  moveTo(moment: number): void {
    this.#now = Math.max(this.#now, moment);
    const due = [...this.#alarms]
      .filter((alarm) => alarm.moment <= this.#now)
      .toSorted((a, b) => a.moment - b.moment);
    for (const alarm of due) {
      this.#alarms.delete(alarm);
      alarm.run();
    }
  }
}
