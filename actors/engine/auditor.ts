import type { Store } from "../../store/store.ts";
import type { Cancellable, Clock, Log } from "./environment.ts";
import type { Protocol } from "./protocol.ts";
import type { System } from "./system.ts";

/** How often the auditor looks, in ms. */
const EVERY_MS = 30_000;
/** Tasks it looks at in one round. */
const MOST = 100;
/** How long an idempotency key is kept, in ms (3-runtime.md 3.5). */
const KEY_KEPT_MS = 24 * 3_600_000;
/** Keys it forgets in one round: as many as 33 a second leave. */
const MOST_KEYS = 1_000;

/**
 * Recovery as a loop, not a start-up event: looks for open tasks that nothing is under way for, and asks
 * their keepers to look again. Source: 3-runtime.md 3.4.
 */
export class Auditor {
  readonly #system: System;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #protocol: Protocol;
  #alarm: Cancellable | null = null;

  constructor(params: { system: System; store: Store; clock: Clock; log: Log; protocol: Protocol }) {
    this.#system = params.system;
    this.#store = params.store;
    this.#clock = params.clock;
    this.#log = params.log;
    this.#protocol = params.protocol;
  }

  /** One round, which also forgets old idempotency keys; the number of tasks whose keepers were asked. */
  async tick(): Promise<number> {
    await this.#store.forgetKeys(this.#clock.now() - KEY_KEPT_MS, MOST_KEYS);
    const stuck = await this.#store.queries.stuck(this.#clock.now(), MOST);
    for (const { task, keeper } of stuck)
      this.#system.post({ to: keeper, message: this.#protocol.audit(task) });
    return stuck.length;
  }

  start(): void {
    this.#alarm?.cancel();
    this.#alarm = this.#clock.at(this.#clock.now() + EVERY_MS, () => {
      this.tick()
        // A store that cannot be read now is asked again the next time.
        .catch((error: unknown) => this.#log.warn({ error: String(error) }, "the auditor could not look"))
        .finally(() => {
          if (this.#alarm !== null) this.start();
        });
    });
  }

  /** May be called twice, or first. */
  stop(): void {
    this.#alarm?.cancel();
    this.#alarm = null;
  }
}
