import { setImmediate } from "node:timers/promises";
import type * as z from "zod";
import type { JournalEvent } from "../../machines/events/journal-event.ts";
import type { EventFilter } from "../../store/store.ts";
import { apart } from "../contracts/abortable.ts";
import { check } from "../contracts/check.ts";
import { listEvents, type ListEventsParams, type Since } from "../contracts/events.ts";
import { given } from "../contracts/given.ts";
import type { EventView } from "../views/views.ts";
import type { Door } from "./door.ts";
import { Bell } from "./lifetime.ts";

const PAGE = 500;
/** Positions that are looked through for the last events; if these are too few, so many times as much. */
const SPAN = 1_000;
const SPAN_GROWS = 8;

type Filter = Pick<EventFilter, "names" | "instance" | "task">;

interface ReaderParams {
  readonly views: (events: readonly JournalEvent[]) => Promise<EventView[]>;
  /** false = another process commits, and nobody says so at once. */
  readonly knowsCommits: boolean;
  /** Told when somebody begins to read. */
  readonly begins: () => void;
}

/** The journal as it is read from a place on, and followed as it grows. Source: spec/api.md 4.3. */
export class EventReader {
  readonly #door: Door;
  readonly #params: ReaderParams;
  readonly #followers = new Set<Follower>();
  /** What a follower read last: who follows the same asks for the same. Nobody has been told of more since. */
  #latest: { readonly asked: string; readonly page: Promise<Page> } | null = null;

  constructor(door: Door, params: ReaderParams) {
    this.#door = door;
    this.#params = params;
  }

  /** How many read now. */
  get following(): number {
    return this.#followers.size;
  }

  /** These events are there: who asked for one of them reads on. */
  committed(events: readonly JournalEvent[]): void {
    this.#latest = null;
    for (const { bell, concerns } of this.#followers) if (events.some(concerns)) bell.ring();
  }

  /** There is more, nobody knows what. */
  news(): void {
    for (const { bell } of this.#followers) bell.ring();
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
    this.#params.begins();
    try {
      lifetime.mustLast();
      const instance = this.#door.instanceNo(checked.instanceId, "instanceId");
      const { taskId } = checked;
      const task = taskId === undefined ? undefined : (await this.#door.taskAddress(taskId, "taskId")).no;
      const filter = given({ names: checked.type, instance, task });
      follower.concerns = concernOf(filter);
      let left = checked.limit ?? Number.POSITIVE_INFINITY;
      let since = await this.#start(checked, filter);
      while (!follower.stopped) {
        signal?.throwIfAborted();
        lifetime.mustLast();
        // What is committed from here on rings again.
        follower.bell.reset();
        const asked = { since, limit: Math.min(PAGE, left), ...filter };
        const page = await (checked.follow ? this.#shared(asked) : this.#page(asked));
        for (const view of page.views) {
          yield view;
          left -= 1;
        }
        since = page.next;
        // What was passed over took its time: others get theirs.
        if (page.more && page.views.length < PAGE) await setImmediate();
        if (left <= 0 || (!page.more && !checked.follow)) return;
        if (!page.more) await lifetime.wait(follower.bell, { signal });
      }
    } catch (error) {
      throw lifetime.inItsWords(error);
    } finally {
      this.#followers.delete(follower);
    }
  }

  async #page(filter: EventFilter): Promise<Page> {
    const { items, next, more } = await this.#door.store.queries.events(filter);
    return { views: await this.#params.views(items), next, more };
  }

  #shared(filter: EventFilter): Promise<Page> {
    const asked = JSON.stringify(filter);
    if (this.#latest?.asked === asked) return this.#latest.page;
    const page = this.#page(filter);
    // Beside an owner nobody says that more has been committed.
    if (!this.#params.knowsCommits) return page;
    this.#latest = { asked, page };
    page.catch(() => (this.#latest = null));
    return page;
  }

  async #start(
    { since, last }: Pick<z.output<typeof listEvents>, "since" | "last">,
    filter: Filter,
  ): Promise<number> {
    const newest = (await this.#door.store.counters()).position;
    const begin = await this.#after(since, newest);
    return last === undefined ? begin : await this.#lastOf(last, { begin, newest, filter });
  }

  async #after(since: Since | undefined, newest: number): Promise<number> {
    if (since === undefined || since.kind === "start") return 0;
    if (since.kind === "cursor") return this.#door.cursors.decode(since.cursor, newest);
    return await this.#before(this.#door.clock.now() - since.ms, newest);
  }

  /** Where the last `count` of them begin: looked for from the end on, in spans that grow. */
  async #lastOf(
    count: number,
    { begin, newest, filter }: { begin: number; newest: number; filter: Filter },
  ): Promise<number> {
    for (let span = SPAN; ; span *= SPAN_GROWS) {
      const from = Math.max(begin, newest - span);
      const found: number[] = [];
      for (let since = from, more = true; more;) {
        const page = await this.#door.store.queries.events({ ...filter, since, limit: PAGE });
        for (const { position } of page.items) if (position <= newest) found.push(position);
        if (found.length > count) found.splice(0, found.length - count);
        more = page.more && page.next < newest;
        since = page.next;
        if (more) await setImmediate();
      }
      const [first] = found;
      if (found.length === count && first !== undefined) return first - 1;
      if (from === begin) return begin;
    }
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
