import { LOOK_AT_CLOCK_MS, type Cancellable, type Clock } from "./environment.ts";

/** How often an idle loop looks about while somebody waits for an answer that only another command can bring, in ms. */
const IDLE_MS = 3_600_000;

/** How long a loop leaves a store alone that had no room, or was busy, in ms. */
export const HELD_UP_MS = 1_000;

/** What wakes a loop that has nothing to do. */
export class WakeUp {
  readonly #clock: Clock;
  #alarm: Cancellable | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `dueAt`: the next moment, null = there is none. The process stays for whoever waits for an answer, and for nothing else. */
  set(dueAt: number | null, isAwaited: boolean, wake: () => void): void {
    this.cancel();
    if (dueAt === null && !isAwaited) return;
    const now = this.#clock.now();
    const moment = dueAt === null ? now + IDLE_MS : Math.min(dueAt, now + LOOK_AT_CLOCK_MS);
    this.#alarm = this.#clock.at(moment, wake, isAwaited ? "awaited" : undefined);
  }

  /** Later, though something is due: the store had no room for it, or was busy. */
  setHeldUp(wake: () => void): void {
    this.cancel();
    this.#alarm = this.#clock.at(this.#clock.now() + HELD_UP_MS, wake);
  }

  cancel(): void {
    this.#alarm?.cancel();
    this.#alarm = null;
  }
}
