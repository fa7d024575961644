import type { Store } from "../../store/store.ts";
import type { Fault as StoreFault } from "../support/faulty-store.ts";
import { layered } from "../support/layered-store.ts";
import type { Fault } from "./cases.ts";

/** Looks of the loop at its store after which it will never come to rest. */
const MOST_BATCHES = 3_000;

/** What is to befall a commit, and what has. */
export class Faults {
  #armed: { skip: number; readonly how: Fault["how"] } | null = null;
  #fired: Fault["how"] | null = null;
  #batches = 0;

  /** The store, asked by a loop that must come to rest: one that never does is stopped. */
  paced(store: Store): Store {
    const count = (): void => {
      this.#batches += 1;
      if (this.#batches > MOST_BATCHES) throw new Error(`V3: ${this.#batches} batches, and no end of it`);
    };
    return layered(store, {
      mail(now, after, limit) {
        count();
        return store.mail(now, after, limit);
      },
      due(now, limit) {
        count();
        return store.due(now, limit);
      },
    });
  }

  /** It has come to rest. */
  rest(): void {
    this.#batches = 0;
  }

  /** null = all goes well from here on. */
  arm(fault: Fault | null): void {
    this.#armed = fault === null ? null : { ...fault };
    this.#fired = null;
  }

  /** What befell a commit since a fault was armed; null = nothing. */
  get fired(): Fault["how"] | null {
    return this.#fired;
  }

  /** The loop has stopped, and what it was doing may be in the store. */
  get hasCrashed(): boolean {
    return this.#fired === "before" || this.#fired === "after";
  }

  /** For the next commit. */
  readonly next = (): StoreFault | null => {
    const armed = this.#armed;
    if (armed === null) return null;
    if (armed.skip > 0) {
      armed.skip -= 1;
      return null;
    }
    this.#armed = null;
    this.#fired = armed.how;
    if (armed.how === "after") return { when: "after" };
    return { when: "before", kind: armed.how === "before" ? "io" : armed.how };
  };
}
