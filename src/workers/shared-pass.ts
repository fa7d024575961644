/** Something that is done by one pass at a time: calls during a pass share it, and one more after it. */
export class SharedPass {
  readonly #pass: () => Promise<void>;
  readonly #afterwards: () => void;
  #underWay: Promise<void> | null = null;
  #again = false;

  /** `afterwards` is called when no pass is under way any more. */
  constructor(pass: () => Promise<void>, afterwards: () => void) {
    this.#pass = pass;
    this.#afterwards = afterwards;
  }

  /** Resolves when the last pass is over; at once if none is under way. */
  get over(): Promise<void> | null {
    return this.#underWay;
  }

  run(): Promise<void> {
    this.#again = true;
    this.#underWay ??= this.#runAll();
    return this.#underWay;
  }

  async #runAll(): Promise<void> {
    try {
      while (this.#again) {
        this.#again = false;
        await this.#pass();
      }
    } finally {
      this.#underWay = null;
      this.#afterwards();
    }
  }
}
