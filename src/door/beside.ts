import type { Clock } from "../../actors/engine/environment.ts";
import type { Store } from "../../store/store.ts";
import type { Directory } from "./directory.ts";

/** How often a reader that waits looks for commits of the owner, in ms. */
const LOOK_EVERY_MS = 200;

/** Keeps a reader in step with the owner beside it, who tells nobody of its commits. */
export class Beside {
  readonly #store: Store;
  readonly #directory: Directory;
  readonly #clock: Clock;
  #seen: number | null = null;
  /** What those who wait have heard of: a question in between takes in what they have not. */
  #told: number | null = null;
  #looking = false;

  constructor(params: { readonly store: Store; readonly directory: Directory; readonly clock: Clock }) {
    this.#store = params.store;
    this.#directory = params.directory;
    this.#clock = params.clock;
  }

  /** Takes in what has been committed since it last looked. */
  async catchUp(): Promise<void> {
    const revision = await this.#store.revision();
    if (revision === this.#seen) return;
    this.#seen = revision;
    this.#directory.renew(await this.#store.directory());
  }

  /** Calls `news` after every commit of the owner, as long as somebody waits for it. */
  look(isAwaited: () => boolean, news: () => void): void {
    if (this.#looking) return;
    this.#looking = true;
    const again = (): void => {
      this.#clock.at(this.#clock.now() + LOOK_EVERY_MS, () => {
        if (!isAwaited()) {
          this.#looking = false;
          return;
        }
        this.catchUp()
          .then(() => {
            if (this.#told === this.#seen) return;
            this.#told = this.#seen;
            news();
          })
          // A store that cannot be read now is read again the next time; who asks it hears why it cannot.
          .catch(() => undefined)
          .finally(again);
      });
    };
    again();
  }
}
