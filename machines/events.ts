import type { ActorNo, DelegationNo, Json, TaskNo } from "./records/values.ts";

/** Every name a journal event can have. Source: 4-http-api.md 4.3. */
export const EVENT_NAMES = [
  "instance.created",
  "instance.starting",
  "instance.running",
  "instance.paused",
  "instance.stopping",
  "instance.stopped",
  "instance.error",
  "instance.terminated",
  "instance.updated",
  "instance.summary",
  "task.created",
  "task.assigned",
  "task.updated",
  "task.queued",
  "task.claimed",
  "task.in_progress",
  "task.progress",
  "task.requeued",
  "task.returned",
  "task.blocked",
  "task.unblocked",
  "task.waiting",
  "task.held",
  "task.completed",
  "task.failed",
  "task.cancelled",
  "task.retried",
  "delegation.pending",
  "delegation.accepted",
  "delegation.rejected",
  "delegation.completed",
  "delegation.cancelled",
  "routing.decided",
  "lease.expired",
  "lease.result_refused",
  "message.dead_lettered",
  "message.redriven",
  "message.dropped",
  "publication",
  "configuration.updated",
] as const;
export type EventName = (typeof EVENT_NAMES)[number];

/**
 * One line of the journal. `data` is the change only: folding the data of a record's events in order
 * gives the record (T8). `cause` > 0 is the position of the event whose turn sent the message that
 * this turn handled; `cause` < 0 is the number of the command (C-17 is -17). 0 = the runtime itself.
 */
export interface JournalEvent {
  readonly position: number;
  readonly at: number;
  readonly name: EventName;
  readonly instance: ActorNo;
  readonly task: TaskNo | null;
  readonly delegation: DelegationNo | null;
  /** Who asked, e.g. `cli:ada`; null = the runtime by itself. */
  readonly actor: string | null;
  readonly cause: number;
  readonly data: { readonly [key: string]: Json | undefined } | null;
}
