import { eventsThat } from "../../machines/events/catalogue.ts";
import type { JournalEvent } from "../../machines/events/journal-event.ts";
import type { Directory } from "../door/directory.ts";

type Data = { readonly [key: string]: unknown };

/** A hop that is cancelled comes just before the return that it is for. */
const ENDS = eventsThat("endsAttempt");

/** Follows through a task's events who had it in hands. */
export class Attempts {
  readonly #events: readonly JournalEvent[];
  readonly #directory: Directory;
  #worker: string | null = null;

  constructor(events: readonly JournalEvent[], directory: Directory) {
    this.#events = events;
    this.#directory = directory;
  }

  /** `worker-1 ran it at webapp: failed: no such file`; null = no attempt ends here. To be asked for each event, in order. */
  endedBy(index: number): string | null {
    const event = this.#events[index];
    if (event === undefined) return null;
    this.#worker = takenBy(event) ?? this.#worker;
    const end = this.#endAt(index);
    if (this.#worker === null || end === undefined) return null;
    const words = `${this.#worker} ran it at ${this.#directory.nameOf(end.instance)}: ${outcomeOf(event, end, this.#worker)}`;
    this.#worker = null;
    return words;
  }

  #endAt(index: number): JournalEvent | undefined {
    const event = this.#events[index];
    if (event === undefined || ENDS.has(event.name)) return event;
    if (event.name !== "delegation.cancelled") return undefined;
    return this.#events.slice(index).find(({ name, at }) => ENDS.has(name) && at === event.at);
  }
}

function takenBy({ name, data }: JournalEvent): string | undefined {
  const by = name === "task.claimed" || name === "task.in_progress" ? (data as Data)["by"] : undefined;
  return typeof by === "string" ? by : undefined;
}

/** `first`: what is told first of the turn in which the attempt ends: its reason is the attempt's own. */
function outcomeOf(first: JournalEvent, { name, actor, ...event }: JournalEvent, worker: string): string {
  const data = event.data as Data;
  const byWorker = data["epoch"] !== undefined || actor === worker;
  const failed = data["failures"] !== undefined;
  switch (name) {
    case "task.requeued":
      return failed ? `failed: ${messageOf(data["error"])}` : textOf(data["reason"]).replaceAll("_", " ");
    case "task.returned":
      if (!failed) break;
      return `failed: ${textOf((first.data as Data)["text"]) || messageOf(data["firstError"])}`;
    case "task.completed":
      if (byWorker) return "done";
      break;
    case "task.failed":
      if (byWorker || failed) return "failed";
      break;
    default:
  }
  return actor === null ? "ended" : `ended by ${actor}`;
}

function messageOf(error: unknown): string {
  return textOf((error as { message?: unknown } | null | undefined)?.message) || "no reason given";
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
