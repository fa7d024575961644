import type { JournalEvent } from "../../machines/events/journal-event.ts";
import type { Door } from "../door/door.ts";
import type { Directory } from "../door/directory.ts";
import { eventView } from "../views/event-view.ts";
import type { EventView, TaskView } from "../views/views.ts";
import type { WaitView } from "../views/wait-view.ts";
import { attemptSentence } from "./attempt.ts";
import { sentenceOf } from "./narration.ts";
import { noPast, remember } from "./past.ts";

/** What became of a task in words, one line per event that a person cares about; the last says where it stands. */
export function explain(
  task: TaskView,
  { events, waits }: { readonly events: readonly JournalEvent[]; readonly waits: WaitView | null },
  { directory, cursors }: Pick<Door, "directory" | "cursors">,
): string[] {
  const nameOf = (id: string | null): string => nameIn(directory, id) ?? "the desk";
  // With no ids at hand, tasks and delegations are named by their refs.
  const context = { directory, cursors, idOfTask: () => undefined, idOfDelegation: () => undefined };
  const past = noPast();
  const lines: { of: EventView; text: string }[] = [];
  for (const row of events) {
    const event = eventView(row, context);
    const telling = { event, past, here: nameOf(event.instanceId), nameOf };
    const attempt = attemptSentence(telling);
    if (attempt !== null) {
      // A hop that is cancelled comes before the return that it is for, and after the attempt that ends with it.
      const cancelled = past.givenUp === null ? -1 : lines.findIndex(({ of }) => of === past.givenUp);
      lines.splice(cancelled === -1 ? lines.length : cancelled, 0, { of: event, text: attempt });
    }
    const text = sentenceOf(telling);
    if (text !== null) lines.push({ of: event, text });
    remember(past, event);
  }
  return [
    ...lines.map(({ of, text }) => `${of.at.slice(11, 23)}  ${text}`),
    whereItStands(task, waits, directory),
  ];
}

function whereItStands(task: TaskView, waits: WaitView | null, directory: Directory): string {
  const { ref, status, heldReason } = task;
  const holder = nameIn(directory, task.instanceId) ?? "nobody";
  if (waits?.kind === "offer") return `${ref} is ${waits.text}; ${holder} holds it meanwhile`;
  const why = waits === null || waits.kind === "worker" ? "" : `; ${waits.text}`;
  if (status === "pending" && heldReason !== null) return `${ref} is held at ${holder}: ${heldReason}${why}`;
  return `${ref} is ${status} at ${holder}${why}`;
}

function nameIn(directory: Directory, id: string | null): string | null {
  return id === null ? null : (directory.byId(id)?.name ?? id);
}
