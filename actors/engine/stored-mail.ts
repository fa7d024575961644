import type { Envelope } from "../../machines/messages/envelope.ts";
import type { Store } from "../../store/store.ts";
import type { Batch } from "./batch.ts";

/**
 * Stored messages that wait, the oldest first: read once, and those that are sent meanwhile kept as they are written, so that a
 * long backlog is not read again for every batch. What does not fit stays in the store until there is room.
 */
export class StoredMail {
  readonly #store: Pick<Store, "mail">;
  readonly #most: number;
  #waiting: Envelope[] = [];
  /** There may be more in the store, behind the last of them. */
  #unread = true;

  /** `most`: kept in memory at a time. */
  constructor(store: Pick<Store, "mail">, most: number) {
    this.#store = store;
    this.#most = most;
  }

  /** More may wait than is at hand. */
  get hasMore(): boolean {
    return this.#unread;
  }

  /** What waits, as much as fits. */
  async waiting(now: number): Promise<readonly Envelope[]> {
    const room = this.#most - this.#waiting.length;
    if (this.#unread && room > 0) {
      const rows = await this.#store.mail(now, this.#waiting.at(-1)?.row ?? 0, room);
      for (const row of rows) this.#waiting.push({ ...row.envelope, row: row.no });
      this.#unread = rows.length === room;
    }
    return this.#waiting;
  }

  /** After a commit: what was handled goes; what was sent comes behind the rest, as it stands in the store. */
  committed({ mail, mailDone }: Pick<Batch, "mail" | "mailDone">): void {
    if (mailDone.length > 0) {
      const done = new Set(mailDone);
      this.#waiting = this.#waiting.filter(({ row }) => !done.has(row));
    }
    for (const { no, envelope } of mail) {
      this.#unread ||= this.#waiting.length >= this.#most;
      if (this.#unread) return;
      this.#waiting.push({ ...envelope, row: no });
    }
  }
}
