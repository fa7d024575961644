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
  /** true = no commit: the wall clock was set, and moments that are waited for may have come. */
  readonly clockSet?: true;
  /** A task as the commit has left it; undefined = it did not write it. */
  readonly task: (no: TaskNo) => Task | undefined;
}

export type CommitListener = (committed: Committed) => void;

/** What tells of commits; the answer is the way to stop. */
export interface Commits {
  onCommit(listener: CommitListener): () => void;
}

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

  /** The wall clock was set: no commit, but moments that are waited for may have come. */
  clockSet(): void {
    this.tell({ at: 0, events: [], instances: [], turns: 0, clockSet: true, task: () => undefined });
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
