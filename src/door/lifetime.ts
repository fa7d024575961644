import type { Clock } from "../../actors/engine/environment.ts";
import { CLOSED, DRAINING } from "../../actors/engine/answers.ts";
import { HopperError, type Refusal } from "../../machines/errors.ts";
import type { StoreError } from "../../store/store-error.ts";
import { errorOf } from "./error-of.ts";

/** As good as for ever, for who waits without an end, in ms. */
const FOR_EVER_MS = 1_000_000 * 3_600_000;

/** News, which may come before anybody waits for it. */
export class Bell {
  #rung = false;
  #wake: (() => void) | null = null;

  readonly ring = (): void => {
    this.#rung = true;
    this.#wake?.();
  };

  /** What has come so far is known. */
  reset(): void {
    this.#rung = false;
  }

  /** Calls `wake` at the next news, or at once when some has come. null = nobody waits any more. */
  wakes(wake: (() => void) | null): void {
    this.#wake = wake;
    if (this.#rung) wake?.();
  }
}

/** How a wait may end beside its news. */
interface Ends {
  /** After so many ms; null = not by itself. */
  readonly within?: number | null;
  /** The caller's own end. */
  readonly signal?: AbortSignal | undefined;
}

interface LifetimeParams {
  readonly clock: Clock;
  /** Done before each verb: a reader catches up with the owner beside it. */
  readonly before: (() => Promise<unknown>) | null;
  /** Where the store could not be read: what says so. */
  readonly damageBehind: (error: unknown) => StoreError | null;
}

/**
 * How long a Hopper can be asked: until it is closed, or its store fails. The one end of every wait, and what every verb
 * meets afterwards. Source: spec/runtime.md 3.3, 3.4 (Shutdown).
 */
export class Lifetime {
  readonly #clock: Clock;
  readonly #before: (() => Promise<unknown>) | null;
  readonly #damageBehind: (error: unknown) => StoreError | null;
  readonly #waiting = new Set<(why: HopperError) => void>();
  #over: Refusal | null = null;

  constructor(params: LifetimeParams) {
    this.#clock = params.clock;
    this.#before = params.before;
    this.#damageBehind = params.damageBehind;
  }

  /** Waits end with `draining`, and so does what is asked until all is closed. */
  close(): void {
    if (this.#over === null) this.#end(DRAINING);
  }

  /** From now on it is closed: `unavailable`. */
  closed(): void {
    if (this.#over === DRAINING) this.#over = CLOSED;
  }

  /** The store has failed: waits end with this refusal, and every verb does from now on. */
  fail(refusal: Refusal): void {
    this.#end(refusal);
  }

  /** Throws what has ended it. */
  mustLast(): void {
    if (this.#over !== null) throw errorOf(this.#over);
  }

  /** These verbs, as long as it lasts; what they meet when it ends under them is said in its words. */
  verbs<T extends object>(group: T): T {
    const members = Object.entries(group) as [string, unknown][];
    const lasting = members.map(([name, verb]) => [
      name,
      typeof verb === "function" ? (...params: unknown[]) => this.#run(verb as Verb, params) : verb,
    ]);
    return Object.fromEntries(lasting) as T;
  }

  async #run(verb: Verb, params: readonly unknown[]): Promise<unknown> {
    this.mustLast();
    try {
      if (this.#before !== null) await this.#before();
      return await verb(...params);
    } catch (error) {
      throw this.#overtaken(this.inItsWords(error));
    }
  }

  /** What was asked before the end has been overtaken by it, also where that is complete by now. */
  #overtaken(error: unknown): unknown {
    const isClosed =
      error instanceof HopperError && error.code === CLOSED.code && error.detail === CLOSED.detail;
    return isClosed ? errorOf(DRAINING) : error;
  }

  /**
   * A store that was closed under a reader says so in words of its own: then the refusal that everybody meets. One that is
   * damaged is `store_damaged`.
   */
  inItsWords(error: unknown): unknown {
    if (error instanceof HopperError) return error;
    if (this.#over !== null) return errorOf(this.#over);
    const damage = this.#damageBehind(error);
    return damage === null ? error : new HopperError("store_damaged", damage.message, { path: damage.path });
  }

  /**
   * Waits for news, and keeps the process alive meanwhile. false = the time was over first.
   *
   * @throws HopperError `draining` when it is closed, `unavailable` when the store fails.
   * @throws what the signal says when that aborts.
   */
  async wait(bell: Bell, { within = null, signal }: Ends = {}): Promise<boolean> {
    signal?.throwIfAborted();
    this.mustLast();
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    const abort = (): void => reject(signal?.reason);
    const until = this.#clock.now() + Math.max(0, within ?? FOR_EVER_MS);
    const alarm = this.#clock.at(until, () => resolve(false), "awaited");
    bell.wakes(() => resolve(true));
    this.#waiting.add(reject);
    signal?.addEventListener("abort", abort);
    try {
      return await promise;
    } finally {
      signal?.removeEventListener("abort", abort);
      this.#waiting.delete(reject);
      bell.wakes(null);
      alarm.cancel();
    }
  }

  #end(refusal: Refusal): void {
    this.#over = refusal;
    for (const over of this.#waiting) over(errorOf(refusal));
  }
}

type Verb = (...params: readonly unknown[]) => unknown;

/** What work gives, unless the signal aborts first: then what that says is thrown, and the work goes on unheard. */
export async function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await work;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort);
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
