import { DESK, type ActorNo } from "../../machines/records/values.ts";

/** Which actor's turn touched which row, in order: what the keeper check reads (T9). */
export interface Touch {
  readonly actor: ActorNo;
  readonly table: "instance" | "task" | "delegation" | "roster" | "tally";
  readonly no: number;
  readonly added: boolean;
  /** For a task: who keeps it after this touch. For a delegation: its target. For a roster entry: the parent. */
  readonly keeper: ActorNo;
}

/** Who wrote what in a batch. It costs time and is kept for tests only. */
export class Trace {
  readonly touches: Touch[] = [];
  #actor: ActorNo = DESK;
  readonly #touchedNow = new Map<string, object>();
  readonly #rows = new Map<string, { readonly row: object; readonly text: string }>();

  /** A turn of this actor begins: rows are now as the turn before left them. */
  begin(actor: ActorNo): void {
    this.#settle();
    this.#actor = actor;
  }

  touch(about: Omit<Touch, "actor">, row: object): void {
    this.touches.push({ ...about, actor: this.#actor });
    this.#touchedNow.set(`${about.table} ${about.no}`, row);
  }

  /** Rows that are not as the last turn that touched them left them: another turn wrote them past its own doors. */
  strays(): string[] {
    this.#settle();
    return [...this.#rows].filter(([, { row, text }]) => JSON.stringify(row) !== text).map(([name]) => name);
  }

  #settle(): void {
    for (const [name, row] of this.#touchedNow) this.#rows.set(name, { row, text: JSON.stringify(row) });
    this.#touchedNow.clear();
  }
}
