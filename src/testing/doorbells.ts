import type { Clock } from "../../actors/engine/environment.ts";

/** News of commits on its way to those who listen, which a test delays. */
export class Doorbells {
  /** In ms; 0 = heard at once. */
  delay = 0;
  readonly #clock: Clock;
  readonly #late: (() => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** In order, also where the delay was changed meanwhile. */
  heard(ring: () => void): void {
    if (this.delay === 0 && this.#late.length === 0) return ring();
    this.#late.push(ring);
    this.#clock.at(this.#clock.now() + this.delay, () => this.#late.shift()?.());
  }
}
