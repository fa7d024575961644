import { hasFailed } from "../../store/store.ts";
import type { Cancellable } from "./environment.ts";
import type { SystemParams } from "./system-params.ts";
import type { System } from "./system.ts";

/** How often the auditor looks, in ms. */
const EVERY_MS = 30_000;
/** Tasks, and instances, it looks at in one round. */
const MOST = 100;
/** How long an idempotency key is kept, in ms (spec/runtime.md 3.4). */
const KEY_KEPT_MS = 24 * 3_600_000;
/** Keys it forgets at once. */
const MOST_KEYS = 2_000;
/** How soon it goes on forgetting while there is more: so it keeps up with 20,000 keys a second. */
const MORE_KEYS_MS = 100;

type AuditorParams = Pick<SystemParams, "store" | "clock" | "log" | "protocol"> & { readonly system: System };

/**
 * Recovery as a loop, not a start-up event: looks for open tasks that nothing is under way for, for instances that stay
 * in `starting` or `stopping`, and for rosters that are stale, and asks their keepers to look again. Source: spec/runtime.md 3.4.
 */
export class Auditor {
  readonly #given: AuditorParams;
  #alarm: Cancellable | null = null;
  #forgetting: Cancellable | null = null;
  #stopped = false;

  constructor(params: AuditorParams) {
    this.#given = params;
  }

  /** One round, which also forgets old idempotency keys; the number of tasks and instances that were asked about. */
  async tick(): Promise<number> {
    const { system, store, protocol } = this.#given;
    await this.#forget();
    if (this.#stopped) return 0;
    const stuck = await store.queries.stuck(MOST);
    for (const { task, keeper } of stuck) system.post({ to: keeper, message: protocol.audit.task(task) });
    const uneasy = await store.queries.uneasy(MOST);
    for (const no of uneasy) system.post({ to: no, message: protocol.audit.instance() });
    return stuck.length + uneasy.length;
  }

  /** The first round comes after a while; old keys are forgotten at once, also by a process that ends before it. */
  start(): void {
    this.#stopped = false;
    this.#arm();
    this.#forget().catch((error: unknown) => this.#failed(error));
  }

  #arm(): void {
    const { clock } = this.#given;
    this.#alarm?.cancel();
    this.#alarm = clock.at(clock.now() + EVERY_MS, () => {
      this.tick()
        .catch((error: unknown) => this.#failed(error))
        .finally(() => {
          if (!this.#stopped) this.#arm();
        });
    });
  }

  /** Old idempotency keys; as long as there are more of them it goes on in small pieces. */
  async #forget(): Promise<void> {
    const { store, clock } = this.#given;
    this.#forgetting?.cancel();
    this.#forgetting = null;
    const forgotten = await store.forgetKeys(clock.now() - KEY_KEPT_MS, MOST_KEYS);
    if (forgotten < MOST_KEYS || this.#stopped) return;
    this.#forgetting = clock.at(clock.now() + MORE_KEYS_MS, () => {
      this.#forget().catch((error: unknown) => this.#failed(error));
    });
  }

  /** A store that is full or busy now is asked again the next time; one that fails stops everything. */
  #failed(error: unknown): void {
    const { system, store, log } = this.#given;
    if (hasFailed(store, error)) system.fail(error as Error);
    else log.warn({ error: String(error) }, "the auditor could not look");
  }

  /** May be called twice, or first. */
  stop(): void {
    this.#stopped = true;
    this.#alarm?.cancel();
    this.#alarm = null;
    this.#forgetting?.cancel();
    this.#forgetting = null;
  }
}
