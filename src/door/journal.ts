import { messageOf } from "../../machines/errors.ts";
import { eventsThat, type EventName } from "../../machines/events/catalogue.ts";
import type { JournalEvent } from "../../machines/events/journal-event.ts";
import type { Commits } from "../../actors/engine/observers.ts";
import type { DelegationNo, TaskNo } from "../../machines/records/values.ts";
import type { Task } from "../../machines/records/task.ts";
import type { ListEventsParams } from "../contracts/events.ts";
import type { Beside } from "./beside.ts";
import type { Door } from "./door.ts";
import { tell } from "./told.ts";
import { EventReader } from "./event-reader.ts";
import { Bell } from "./lifetime.ts";
import { eventView } from "../views/event-view.ts";
import type { EventView } from "../views/views.ts";

const PAGE = 500;

/** Listens to the events of one name, or with `*` to all; the answer is the way to stop. */
type On = <N extends EventName | "*">(
  name: N,
  listener: (event: N extends EventName ? EventView<N> : EventView) => void,
) => () => void;

/** The journal as readers meet it: from a cursor on, as it grows, or one task's part. Source: spec/api.md 4.3. */
export class Journal {
  readonly #door: Door;
  readonly #beside: Beside | null;
  readonly #listeners = new Map<EventName | "*", Set<(event: EventView) => void>>();
  readonly #claimable = new Set<() => void>();
  readonly #attempts = new Map<TaskNo, Set<() => void>>();
  readonly #ofTask = new Map<TaskNo, Set<() => void>>();
  readonly #reader: EventReader;
  #delivered: Promise<void> = Promise.resolve();

  /** `beside`: where another process owns the store, and its commits have to be looked for. */
  constructor(door: Door, commits: Commits, beside: Beside | null = null) {
    this.#door = door;
    this.#beside = beside;
    this.#reader = new EventReader(door, {
      views: (events) => this.views(events),
      knowsCommits: beside === null,
      begins: () => this.#lookBeside(),
    });
    commits.onCommit(({ events }) => {
      this.#reader.committed(events);
      this.#wakeWaiters(events);
      this.#wakeClaims(events);
      this.#tellAttempts(events);
      if (this.#listeners.size > 0) this.#delivered = this.#delivered.then(() => this.#deliver(events));
    });
  }

  /** Each event once, after commit, in journal order. */
  on: On = (name, listener) => join(this.#listeners, name, listener as (event: EventView) => void);

  /** Calls `wake` when there may be something to claim anywhere. Returns the way to stop. */
  onClaimable(wake: () => void): () => void {
    this.#claimable.add(wake);
    return () => this.#claimable.delete(wake);
  }

  /** Calls when an attempt at a task has ended, after the commit. Returns the way to stop. */
  onAttemptEnd(task: TaskNo, ended: () => void): () => void {
    return join(this.#attempts, task, ended);
  }

  #tellAttempts(events: readonly JournalEvent[]): void {
    if (this.#attempts.size === 0) return;
    for (const { name, task } of events)
      if (task !== null && ENDS_ATTEMPT.has(name))
        for (const ended of this.#attempts.get(task) ?? []) ended();
  }

  #wakeWaiters(events: readonly JournalEvent[]): void {
    if (this.#ofTask.size === 0) return;
    for (const { task } of events) if (task !== null) for (const wake of this.#ofTask.get(task) ?? []) wake();
  }

  #wakeClaims(events: readonly JournalEvent[]): void {
    if (this.#claimable.size === 0 || !events.some(({ name }) => CLAIMABLE.has(name))) return;
    for (const wake of this.#claimable) wake();
  }

  /** Resolves when every event committed so far has been handed to the listeners. */
  async delivered(): Promise<void> {
    await this.#delivered;
  }

  async #deliver(events: readonly JournalEvent[]): Promise<void> {
    const listenersOf = (name: EventName | "*") => [...(this.#listeners.get(name) ?? [])];
    const heard = events.filter(({ name }) => this.#listeners.has(name) || this.#listeners.has("*"));
    const views = await this.views(heard).catch((error: unknown) => {
      this.#door.log.error({ error: String(error) }, "listeners could not be told of a commit");
      return [];
    });
    for (const view of views)
      for (const listener of [...listenersOf(view.event), ...listenersOf("*")]) this.#tell(listener, view);
  }

  /** A listener's fault is its own, and said once: the others, and the runtime, go on. */
  #tell(listener: (event: EventView) => unknown, view: EventView): void {
    const report = (error: unknown): void => {
      const { event, cursor } = view;
      const stack: unknown = error instanceof Error ? error.stack : undefined;
      const said = typeof stack === "string" ? stack : messageOf(error);
      this.#door.log.warn({ event, cursor, error: said }, "a listener threw; the others go on");
    };
    tell(() => listener(view), report);
  }

  async views(events: readonly JournalEvent[]): Promise<EventView[]> {
    const { directory, cursors, store } = this.#door;
    const [tasks, delegations] = await Promise.all([
      store.queries.idsOf("task", [...new Set(events.flatMap(({ task }) => task ?? []))]),
      store.queries.idsOf("delegation", [...new Set(events.flatMap(({ delegation }) => delegation ?? []))]),
    ]);
    const context = {
      directory,
      cursors,
      idOfTask: (no: TaskNo) => tasks.get(no),
      idOfDelegation: (no: DelegationNo) => delegations.get(no),
    };
    return events.map((event) => eventView(event, context));
  }

  async rowsOfTask(task: TaskNo): Promise<JournalEvent[]> {
    const rows: JournalEvent[] = [];
    for (let since = 0; ;) {
      const page = await this.#door.store.queries.events({ since, limit: PAGE, task });
      rows.push(...page.items);
      if (!page.more) return rows;
      since = page.next;
    }
  }

  async ofTask(task: TaskNo): Promise<EventView[]> {
    return await this.views(await this.rowsOfTask(task));
  }

  /** Committed events in order; with `follow` it goes on as more are committed. */
  read(params: ListEventsParams = {}): AsyncGenerator<EventView, void> {
    return this.#reader.read(params);
  }

  #lookBeside(): void {
    this.#beside?.look(
      () => this.#reader.following + this.#ofTask.size > 0,
      () => {
        this.#reader.news();
        for (const rings of this.#ofTask.values()) for (const ring of rings) ring();
      },
    );
  }

  /** The task once it is as asked, or as it is after `timeoutMs` (null = however long it takes). */
  async settled(no: TaskNo, isDone: (task: Task) => boolean, ends: Settling): Promise<Task> {
    const { clock, store, lifetime } = this.#door;
    const { timeoutMs, signal } = ends;
    const end = timeoutMs === null ? null : clock.monotonic() + timeoutMs;
    const within = (): number | null => (end === null ? null : end - clock.monotonic());
    const bell = new Bell();
    const ignore = join(this.#ofTask, no, bell.ring);
    this.#lookBeside();
    try {
      for (let late = false; ; late = !(await lifetime.wait(bell, { within: within(), signal }))) {
        bell.reset();
        const task = (await store.queries.task(no)) as Task;
        if (late || isDone(task)) return task;
      }
    } finally {
      ignore();
    }
  }
}

/** How long it is waited for a task. */
interface Settling {
  /** null = however long it takes. */
  readonly timeoutMs: number | null;
  readonly signal?: AbortSignal | undefined;
}

const CLAIMABLE = eventsThat("offersWork");
const ENDS_ATTEMPT = eventsThat("endsAttempt");

/** Adds a listener under a key; the answer takes it away again, and the key with the last one. */
function join<K, L>(groups: Map<K, Set<L>>, key: K, listener: L): () => void {
  const group = groups.get(key) ?? new Set();
  groups.set(key, group);
  group.add(listener);
  return () => {
    group.delete(listener);
    if (group.size === 0 && groups.get(key) === group) groups.delete(key);
  };
}
