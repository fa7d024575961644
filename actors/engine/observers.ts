import type { JournalEvent } from "../../machines/events/journal-event.ts";
import type { Instance } from "../../machines/records/instance.ts";
import type { Task } from "../../machines/records/task.ts";
import type { TaskNo } from "../../machines/records/values.ts";
import type { Log } from "./environment.ts";

/** What a commit made true: the only moment at which anything is told to the outside. */
export interface Committed {
  readonly at: number;
  readonly events: readonly JournalEvent[];
  /** Instances added or changed. */
  readonly instances: readonly Instance[];
  readonly turns: number;
  /** A task as the commit has left it; undefined = it did not write it. */
  readonly task: (no: TaskNo) => Task | undefined;
}

export type CommitListener = (committed: Committed) => void;

/** Listeners to commits: each hears every commit once, in order; an exception in one harms nothing. */
export class Observers {
  readonly #listeners = new Set<CommitListener>();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  add(listener: CommitListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(committed: Committed): void {
    for (const listener of this.#listeners) {
      try {
        listener(committed);
      } catch (error) {
        this.#log.warn({ error: String(error) }, "a listener threw; the others and the runtime go on");
      }
    }
  }
}
