import { refuse, type Refusal } from "../../machines/errors.ts";
import type { Answer } from "../../machines/messages/answer.ts";

/** What a caller meets whose answer the shutdown has overtaken. */
export const DRAINING = refuse("draining", "Hopper is shutting down; ask again when it is back.");
/** What it meets afterwards. */
export const CLOSED = refuse("unavailable", "This Hopper is closed; open the store again.");

/** Callers of this process who wait for a command's answer, by command number. */
export class Answers {
  readonly #waiting = new Map<number, (answer: Answer) => void>();

  /** Resolves when the command is answered; several may wait for one. */
  of(command: number): Promise<Answer> {
    return new Promise((resolve) => {
      const other = this.#waiting.get(command);
      this.#waiting.set(command, (answer) => {
        other?.(answer);
        resolve(answer);
      });
    });
  }

  /** As {@link of}, for as long as the signal lets it be: then nobody waits any more, which `then` is told. */
  async until(signal: AbortSignal, command: number, then: () => void): Promise<Answer> {
    const forget = (): void => {
      this.#waiting.delete(command);
      then();
    };
    signal.addEventListener("abort", forget, { once: true });
    const answer = await this.of(command);
    signal.removeEventListener("abort", forget);
    return answer;
  }

  /** The answer that `stored` finds, else the one that is to come. */
  async again(command: number, stored: () => Promise<Answer | null>): Promise<Answer> {
    // Listening comes before looking, so that no answer slips between.
    const coming = this.of(command);
    const known = await stored();
    if (known !== null) this.give(command, known);
    return await coming;
  }

  /** How many commands are waited for. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** An answer that nobody waits for (any more) is dropped: who asked has gone with an earlier process. */
  give(command: number, answer: Answer): void {
    const resolve = this.#waiting.get(command);
    this.#waiting.delete(command);
    resolve?.(answer);
  }

  refuseAll(refusal: Refusal): void {
    for (const command of this.#waiting.keys()) this.give(command, { ok: false, refusal });
  }
}
