import { messageOf } from "../../machines/errors.ts";
import { eventsThat, type EventName } from "../../machines/events/catalogue.ts";
import type { JournalEvent } from "../../machines/events/journal-event.ts";
import type { Commits } from "../../actors/engine/observers.ts";
import type { DelegationNo, TaskNo } from "../../machines/records/values.ts";
import type { Task } from "../../machines/records/task.ts";
import { apart } from "../contracts/abortable.ts";
import { check } from "../contracts/check.ts";
import { listEvents, type ListEventsParams, type Since } from "../contracts/events.ts";
import { given } from "../contracts/given.ts";
import type { Beside } from "./beside.ts";
import type { Door } from "./door.ts";
import { tell } from "./told.ts";
import { Bell } from "./lifetime.ts";
import type { EventFilter } from "../../store/store.ts";
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
  readonly #ofTask = new Map<TaskNo, Set<() => void>>();
  readonly #followers = new Set<Follower>();
  /** What was read last: who follows the same asks for the same. Nothing has been committed since. */
  #latest: { readonly asked: string; readonly page: Promise<Page> } | null = null;
  #delivered: Promise<void> = Promise.resolve();

  /** `beside`: where another process owns the store, and its commits have to be looked for. */
  constructor(door: Door, commits: Commits, beside: Beside | null = null) {
    this.#door = door;
    this.#beside = beside;
    commits.onCommit(({ events }) => {
      this.#latest = null;
      for (const { bell, concerns } of this.#followers) if (events.some(concerns)) bell.ring();
      this.#wakeWaiters(events);
      this.#wakeClaims(events);
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
    const bell = new Bell();
    const follower: Follower = { bell, stopped: false, concerns: () => true };
    const events = this.#read(params, follower);
    // What waits for news lets go of it first: the generator's own way to end is heard at its next step only.
    const first = <A extends unknown[], R>(end: (...args: A) => Promise<R>) => {
      return async (...args: A): Promise<R> => {
        follower.stopped = true;
        bell.ring();
        return await end(...args);
      };
    };
    events.return = first(events.return.bind(events));
    events.throw = first(events.throw.bind(events));
    return events;
  }

  async *#read(params: ListEventsParams, follower: Follower): AsyncGenerator<EventView, void> {
    const { lifetime } = this.#door;
    const [signal, asked] = apart(params);
    const checked = check(listEvents, asked);
    this.#followers.add(follower);
    this.#lookBeside();
    try {
      const instance = this.#door.instanceNo(checked.instanceId, "instanceId");
      const { taskId } = checked;
      const task = taskId === undefined ? undefined : (await this.#door.taskAddress(taskId, "taskId")).no;
      const filter = given({ names: checked.type, instance, task });
      follower.concerns = concernOf(filter);
      let left = checked.limit ?? Number.POSITIVE_INFINITY;
      let since = await this.#start(checked.since);
      while (!follower.stopped) {
        signal?.throwIfAborted();
        lifetime.mustLast();
        // What is committed from here on rings again.
        follower.bell.reset();
        const page = await this.#page({ since, limit: Math.min(PAGE, left), ...filter });
        for (const view of page.views) {
          yield view;
          left -= 1;
        }
        since = page.next;
        if (left <= 0 || (!page.more && !checked.follow)) return;
        if (!page.more) await lifetime.wait(follower.bell, { signal });
      }
    } catch (error) {
      throw lifetime.inItsWords(error);
    } finally {
      this.#followers.delete(follower);
    }
  }

  #page(filter: EventFilter): Promise<Page> {
    const asked = JSON.stringify(filter);
    if (this.#latest?.asked === asked) return this.#latest.page;
    const read = async (): Promise<Page> => {
      const { items, next, more } = await this.#door.store.queries.events(filter);
      return { views: await this.views(items), next, more };
    };
    const page = read();
    // Beside an owner nobody says that more has been committed.
    if (this.#beside !== null) return page;
    this.#latest = { asked, page };
    page.catch(() => (this.#latest = null));
    return page;
  }

  #lookBeside(): void {
    this.#beside?.look(
      () => this.#followers.size + this.#ofTask.size > 0,
      () => {
        for (const { bell } of this.#followers) bell.ring();
        for (const rings of this.#ofTask.values()) for (const ring of rings) ring();
      },
    );
  }

  async #start(since: Since | undefined): Promise<number> {
    if (since === undefined || since.kind === "start") return 0;
    const newest = (await this.#door.store.counters()).position;
    if (since.kind === "cursor") return this.#door.cursors.decode(since.cursor, newest);
    return await this.#before(this.#door.clock.now() - since.ms, newest);
  }

  /** The newest position at or before a moment, by halving. */
  async #before(moment: number, newest: number): Promise<number> {
    let low = 0;
    let high = newest;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      const [event] = (await this.#door.store.queries.events({ since: middle - 1, limit: 1 })).items;
      if (event === undefined || event.at > moment) high = middle - 1;
      else low = middle;
    }
    return low;
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

/** One that reads on as more is committed. */
interface Follower {
  readonly bell: Bell;
  stopped: boolean;
  /** Is an event among what it reads? What is not need not wake it. */
  concerns: (event: JournalEvent) => boolean;
}

interface Page {
  readonly views: readonly EventView[];
  /** Where to go on. */
  readonly next: number;
  readonly more: boolean;
}

function concernOf({ names, instance, task }: Partial<EventFilter>): Follower["concerns"] {
  const wanted = names && new Set(names);
  return (event) =>
    (wanted === undefined || wanted.has(event.name)) &&
    (instance === undefined || event.instance === instance) &&
    (task === undefined || event.task === task);
}

/** How long it is waited for a task. */
interface Settling {
  /** null = however long it takes. */
  readonly timeoutMs: number | null;
  readonly signal?: AbortSignal | undefined;
}

const CLAIMABLE = eventsThat("offersWork");

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
