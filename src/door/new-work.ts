import { overloaded } from "../../actors/engine/inbox.ts";
import { LIMITS } from "../../machines/settings.ts";
import type { CommandOptions } from "../contracts/command-options.ts";

/** Throws `overloaded` for a request that came when too much was under way. */
export type Admit = () => void;

/**
 * What asks for new work, refused while too much of it is under way: also of what has not yet reached the loop, since a
 * caller who does not wait may ask a million times before that runs. Source: spec/runtime.md 3.4 (Flow control), M7.
 */
export class NewWork {
  #underWay = 0;

  /**
   * Throws at once, without a promise: of what is refused there may be any number. A request with a key may be a repeat,
   * which asks for nothing new: its key is looked up all the same, for as many again, and `admit` is called for the others.
   */
  ask<T>(asked: CommandOptions | undefined, work: (admit: Admit) => Promise<T>): Promise<T> {
    const isFull = this.#underWay >= LIMITS.inbox;
    const mayRepeat = asked?.idempotencyKey !== undefined && this.#underWay < 2 * LIMITS.inbox;
    if (isFull && !mayRepeat) throw tooMuch();
    this.#underWay += 1;
    const admit = (): void => {
      if (isFull) throw tooMuch();
    };
    return work(admit).finally(() => {
      this.#underWay -= 1;
    });
  }
}

const tooMuch = (): Error => overloaded(`${LIMITS.inbox} commands wait in this process already`);
