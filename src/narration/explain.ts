import type { JournalEvent } from "../../machines/events/journal-event.ts";
import type { Door } from "../door/door.ts";
import type { Directory } from "../door/directory.ts";
import { eventView } from "../views/event-view.ts";
import type { EventView, TaskView } from "../views/views.ts";
import { attemptSentence } from "./attempt.ts";
import { sentenceOf } from "./narration.ts";
import { noPast, remember, type Offer } from "./past.ts";

/** What became of a task in words, one line per event that a person cares about; the last says where it stands. */
export function explain(
  task: TaskView,
  events: readonly JournalEvent[],
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
    whereItStands(task, past.offer, directory),
  ];
}

function whereItStands(task: TaskView, offer: Offer | null, directory: Directory): string {
  const { ref, status, heldReason } = task;
  const holder = nameIn(directory, task.instanceId) ?? "nobody";
  if (offer !== null) return `${ref} is ${offerWords(offer, directory)}; ${holder} holds it meanwhile`;
  if (status === "pending" && heldReason !== null) return `${ref} is held at ${holder}: ${heldReason}`;
  return `${ref} is ${status} at ${holder}`;
}

/** Whose decision an offer waits for, and until when. */
function offerWords({ id, target, until }: Offer, directory: Directory): string {
  const status = (target === null ? undefined : directory.byId(target)?.status) ?? "running";
  return [
    `offered to ${nameIn(directory, target)} (${id}), which`,
    status === "running" ? "has" : `is ${status} and has`,
    until === null ? "yet" : `until ${until}`,
    "to accept or reject it",
  ].join(" ");
}

function nameIn(directory: Directory, id: string | null): string | null {
  return id === null ? null : (directory.byId(id)?.name ?? id);
}
