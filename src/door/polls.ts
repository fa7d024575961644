import type { Commits } from "../../actors/engine/observers.ts";
import { LOOK_AT_CLOCK_MS, type Cancellable, type Clock } from "../../actors/engine/environment.ts";
import { eventsThat } from "../../machines/events/catalogue.ts";
import type { InstanceNo } from "../../machines/records/values.ts";
import { Bell } from "./lifetime.ts";
import { canDo, Sleepers, type Sleeper } from "./sleepers.ts";

/** What one got that asked: work, nothing though another may find some, or nothing because there is none for anybody. */
type Got = "work" | "nothing for it" | "nothing";

/** Why one that sleeps is woken; told how it went, so that what it could not use goes to another one. */
interface Call {
  /** It asked. */
  answered(poll: Poll, got: Got): void;
  /** It went away without having asked. */
  passed(poll: Poll): void;
}

/** Claims that wait at one instance for the same. */
interface Group extends Pick<Sleeper, "able"> {
  readonly place: Place;
  /** The longest asleep first. */
  readonly asleep: Set<Poll>;
  /** All of them. */
  readonly polls: Set<Poll>;
  /** When the soonest task becomes claimable that one of them would take. */
  alarm: { readonly at: number; readonly timer: Cancellable } | null;
}

/** Claims that wait at one instance. */
interface Place {
  readonly groups: Map<string, Group>;
  readonly asleep: Sleepers<Poll>;
  readonly asking: Set<Poll>;
}

/**
 * Claims that wait for work. News wakes as many as it can serve and no more: a task that was queued one that can do it, a
 * place that came free one after the other until somebody finds work for it, or there is none. Source: spec/runtime.md 3.4,
 * spec/api.md 4.1.
 */
export class Polls {
  readonly #clock: Clock;
  readonly #places = new Map<InstanceNo, Place>();
  /** Those that wait with one idempotency key. */
  readonly #fellows = new Map<string, Set<Poll>>();
  #turn = 0;

  constructor(commits: Commits, clock: Clock) {
    this.#clock = clock;
    commits.onCommit(({ events, task: taskOf, clockSet }) => {
      if (this.#places.size === 0) return;
      if (clockSet === true) return this.#clockSet();
      for (const { name, instance, task } of events) {
        const place = NEWS.has(name) ? this.#places.get(instance) : undefined;
        if (place === undefined) continue;
        const row = task === null ? undefined : taskOf(task);
        if (row?.status === "queued") wakeFor(place, row.tags);
        if (ENDS_ATTEMPT.has(name)) wakeForRoom(place);
      }
    });
  }

  /**
   * One more that waits at an instance, for tasks whose tags are among these; null = for any. What one of those with the
   * same request gets, all of them get.
   */
  join(instance: InstanceNo, able: readonly string[] | null, sameRequest: string | null = null): Poll {
    const tags = able === null ? null : [...new Set(able.map((tag) => tag.toLowerCase()))].sort();
    const name = tags === null ? "*" : `:${tags.join("\n")}`;
    const place: Place = this.#places.get(instance) ?? {
      groups: new Map(),
      asleep: new Sleepers(),
      asking: new Set(),
    };
    this.#places.set(instance, place);
    const group: Group = place.groups.get(name) ?? {
      place,
      able: tags === null ? null : new Set(tags),
      asleep: new Set(),
      polls: new Set(),
      alarm: null,
    };
    place.groups.set(name, group);
    const fellows = sameRequest === null ? null : (this.#fellows.get(sameRequest) ?? new Set<Poll>());
    if (sameRequest !== null && fellows !== null) this.#fellows.set(sameRequest, fellows);
    const poll = new Poll(group, {
      served: () => {
        for (const fellow of fellows ?? []) if (fellow !== poll) fellow.toldBySame();
      },
      turn: () => (this.#turn += 1),
      alarm: (at) => this.#setAlarm(group, at),
      leave: () => {
        fellows?.delete(poll);
        if (sameRequest !== null && fellows?.size === 0) this.#fellows.delete(sameRequest);
        if (group.polls.size > 0) return;
        group.alarm?.timer.cancel();
        if (place.groups.get(name) === group) place.groups.delete(name);
        if (place.groups.size === 0 && this.#places.get(instance) === place) this.#places.delete(instance);
      },
    });
    fellows?.add(poll);
    return poll;
  }

  /** What each group waits for may have come, or be sooner than its alarm. */
  #clockSet(): void {
    for (const { groups } of this.#places.values()) for (const group of groups.values()) this.#ring(group);
  }

  /** One of the group asks, and the next one for as long as there is something. */
  #ring(group: Group): void {
    group.alarm?.timer.cancel();
    group.alarm = null;
    const wakeNext = (): void => {
      const [first] = group.asleep;
      first?.wake(call);
    };
    const call: Call = {
      answered: (_poll, got) => {
        if (got === "work") wakeNext();
      },
      passed: wakeNext,
    };
    wakeNext();
  }

  /** At that moment one of the group asks. The clock may be set meanwhile, and the loop may have nothing else to look for. */
  #setAlarm(group: Group, at: number): void {
    if (group.alarm !== null && group.alarm.at <= at) return;
    group.alarm?.timer.cancel();
    const look = Math.min(at, this.#clock.now() + LOOK_AT_CLOCK_MS);
    const timer = this.#clock.at(look, () => {
      group.alarm = null;
      if (this.#clock.now() >= at) this.#ring(group);
      else if (group.asleep.size > 0) this.#setAlarm(group, at);
    });
    group.alarm = { at, timer };
  }
}

/** What a poll tells of itself. */
interface Pool {
  /** Its place among those asleep. */
  turn(): number;
  alarm(at: number): void;
  served(): void;
  leave(): void;
}

/** A claim that waits: it asks, sleeps while there is nothing, and asks again when it is woken. */
export class Poll implements Sleeper {
  readonly group: Group;
  since = 0;
  readonly #pool: Pool;
  #bell = new Bell();
  #call: Call | null = null;

  constructor(group: Group, pool: Pool) {
    this.group = group;
    this.#pool = pool;
    group.polls.add(this);
    group.place.asking.add(this);
  }

  get able(): ReadonlySet<string> | null {
    return this.group.able;
  }

  /** What it asks for now may change while it is asked for. */
  asks(): void {
    this.#wakesUp();
    this.#bell.reset();
  }

  /**
   * It has asked, and there was nothing: what wakes it. `nextAt`: when there will be something for it, as far as is known;
   * `othersMay`: there is something that others may take.
   */
  sleeps({ nextAt, othersMay }: { readonly nextAt: number | null; readonly othersMay: boolean }): Bell {
    const { asleep, place } = this.group;
    this.since = this.#pool.turn();
    place.asking.delete(this);
    place.asleep.add(this);
    asleep.add(this);
    if (nextAt !== null) this.#pool.alarm(nextAt);
    this.#answered(othersMay ? "nothing for it" : "nothing");
    return this.#bell;
  }

  /** It has asked, and got something. */
  served(): void {
    this.#pool.served();
    this.#answered("work");
  }

  /** It waits no more; a call that it has not followed goes to another one. */
  leaves(): void {
    const { asleep, place, polls } = this.group;
    for (const waiting of [asleep, place.asleep, place.asking, polls]) waiting.delete(this);
    const call = this.#call;
    this.#call = null;
    call?.passed(this);
    this.#pool.leave();
  }

  /** There is news while it asks: it asks again before it sleeps. */
  heard(): void {
    this.#bell.ring();
  }

  /** One with its request was served: what that got is there for it. */
  toldBySame(): void {
    if (this.group.asleep.has(this)) this.wake(NOBODY_ELSE);
    else this.heard();
  }

  wake(call: Call): void {
    this.#wakesUp();
    this.#call = call;
    this.#bell.ring();
  }

  #wakesUp(): void {
    const { asleep, place } = this.group;
    asleep.delete(this);
    place.asleep.delete(this);
    place.asking.add(this);
  }

  #answered(got: Got): void {
    const call = this.#call;
    this.#call = null;
    call?.answered(this, got);
  }
}

/** One task is claimable: the longest asleep that can do it; should it go away, the next. Who asks just then asks again. */
function wakeFor({ asleep, asking }: Place, tags: readonly string[]): void {
  const call: Call = {
    answered: () => undefined,
    passed: () => asleep.longestFor(tags)?.wake(call),
  };
  for (const poll of asking) if (canDo(poll.able, tags)) poll.heard();
  asleep.longestFor(tags)?.wake(call);
}

/**
 * A place may be free, who knows for what: one after the other of those that differ in what they can do is asked, until
 * one has found work or there is none.
 */
function wakeForRoom({ asleep, asking }: Place): void {
  const tried = new Set<Group>();
  const sleepers = asleep[Symbol.iterator]();
  const wakeNext = (): void => {
    let next = sleepers.next();
    while (!next.done && tried.has(next.value.group)) next = sleepers.next();
    next.value?.wake(call);
  };
  const call: Call = {
    answered({ group }, got) {
      if (got !== "nothing for it") return;
      tried.add(group);
      wakeNext();
    },
    passed: wakeNext,
  };
  for (const poll of asking) poll.heard();
  wakeNext();
}

const ENDS_ATTEMPT = eventsThat("endsAttempt");
const NEWS = eventsThat("offersWork").union(ENDS_ATTEMPT);
const NOBODY_ELSE: Call = { answered: () => undefined, passed: () => undefined };
