import { overloaded } from "../../actors/engine/inbox.ts";
import { LIMITS } from "../../machines/settings.ts";

/**
 * What asks for new work, refused while too much of it is under way: also of what has not yet reached the loop, since a
 * caller who does not wait may ask a million times before that runs. Source: spec/runtime.md 3.4 (Flow control), M7.
 */
export class NewWork {
  #underWay = 0;

  /** Throws at once, without a promise: of what is refused there may be any number. */
  ask<T>(work: () => Promise<T>): Promise<T> {
    if (this.#underWay >= LIMITS.inbox)
      throw overloaded(`${LIMITS.inbox} commands wait in this process already`);
    this.#underWay += 1;
    return work().finally(() => {
      this.#underWay -= 1;
    });
  }
}
