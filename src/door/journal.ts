import { eventsThat, type EventName } from "../../machines/events/catalogue.ts";
import type { JournalEvent } from "../../machines/events/journal-event.ts";
import type { DelegationNo, InstanceNo, TaskNo } from "../../machines/records/values.ts";
import type { Task } from "../../machines/records/task.ts";
import { check } from "../contracts/check.ts";
import { listEvents, type ListEventsParams, type Since } from "../contracts/events.ts";
import { given } from "../contracts/given.ts";
import type { Door } from "./door.ts";
import { eventView } from "../views/event-view.ts";
import type { EventView } from "../views/views.ts";

const PAGE = 500;
const FOR_EVER_MS = 1_000_000 * 3_600_000;

/** Listens to the events of one name, or with `*` to all; the answer is the way to stop. */
type On = <N extends EventName | "*">(
  name: N,
  listener: (event: N extends EventName ? EventView<N> : EventView) => void,
) => () => void;

/** The journal as readers meet it: from a cursor on, as it grows, or one task's part. Source: spec/api.md 4.3. */
export class Journal {
  readonly #door: Door;
  readonly #listeners = new Map<EventName | "*", Set<(event: EventView) => void>>();
  readonly #claimable = new Map<InstanceNo | "*", Set<() => void>>();
  #commit = Promise.withResolvers<void>();
  #delivered: Promise<void> = Promise.resolve();

  constructor(door: Door) {
    this.#door = door;
    door.system.onCommit(({ events }) => {
      this.#commit.resolve();
      this.#commit = Promise.withResolvers();
      this.#wakeClaims(events);
      if (this.#listeners.size > 0) this.#delivered = this.#delivered.then(() => this.#deliver(events));
    });
  }

  /** Each event once, after commit, in journal order. */
  on: On = (name, listener) => join(this.#listeners, name, listener as (event: EventView) => void);

  /**
   * Calls `wake` when there may be something to claim at this instance, or anywhere (`*`): who waits elsewhere sleeps on.
   * Returns the way to stop.
   */
  onClaimable(where: InstanceNo | "*", wake: () => void): () => void {
    return join(this.#claimable, where, wake);
  }

  #wakeClaims(events: readonly JournalEvent[]): void {
    if (this.#claimable.size === 0) return;
    const where = new Set<InstanceNo | "*">();
    for (const event of events) if (CLAIMABLE.has(event.name)) where.add("*").add(event.instance);
    for (const place of where) for (const wake of this.#claimable.get(place) ?? []) wake();
  }

  /** Resolves when every event committed so far has been handed to the listeners. */
  async delivered(): Promise<void> {
    await this.#delivered;
  }

  async #deliver(events: readonly JournalEvent[]): Promise<void> {
    const listenersOf = (name: EventName | "*") => [...(this.#listeners.get(name) ?? [])];
    const heard = events.filter(({ name }) => this.#listeners.has(name) || this.#listeners.has("*"));
    for (const view of await this.views(heard)) {
      for (const listener of [...listenersOf(view.event), ...listenersOf("*")]) {
        try {
          listener(view);
        } catch {
          // A listener's fault is its own: the others, and the runtime, go on.
        }
      }
    }
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
  async *read(params: ListEventsParams = {}): AsyncGenerator<EventView> {
    const checked = check(listEvents, params);
    const instance = this.#door.instanceNo(checked.instanceId, "instanceId");
    const task =
      checked.taskId === undefined ? undefined : (await this.#door.taskAddress(checked.taskId, "taskId")).no;
    const filter = given({ names: checked.type, instance, task });
    let left = checked.limit ?? Number.POSITIVE_INFINITY;
    let since = await this.#start(checked.since);
    for (;;) {
      const news = this.#commit.promise;
      const page = await this.#door.store.queries.events({ since, limit: Math.min(PAGE, left), ...filter });
      for (const view of await this.views(page.items)) {
        yield view;
        left -= 1;
      }
      since = page.next;
      if (left <= 0 || (!page.more && !checked.follow)) return;
      if (!page.more) await news;
    }
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
  async settled(no: TaskNo, timeoutMs: number | null, isDone: (task: Task) => boolean): Promise<Task> {
    const { clock, store } = this.#door;
    let late = false;
    const expired = Promise.withResolvers<void>();
    // Somebody waits: the process stays for it, also where the wait has no end.
    const alarm = clock.at(
      clock.now() + (timeoutMs ?? FOR_EVER_MS),
      () => {
        late = timeoutMs !== null;
        expired.resolve();
      },
      "awaited",
    );
    try {
      for (;;) {
        const news = this.#commit.promise;
        const task = (await store.queries.task(no)) as Task;
        if (late || isDone(task)) return task;
        await Promise.race([news, expired.promise]);
      }
    } finally {
      alarm.cancel();
    }
  }
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
