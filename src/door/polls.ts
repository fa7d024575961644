import type { Commits } from "../../actors/engine/observers.ts";
import { LOOK_AT_CLOCK_MS, type Cancellable, type Clock } from "../../actors/engine/environment.ts";
import { eventsThat } from "../../machines/events/catalogue.ts";
import type { InstanceNo } from "../../machines/records/values.ts";
import { Bell } from "./lifetime.ts";

/** Why one that sleeps is woken; told how it went, so that what it could not use goes to another one. */
interface Call {
  /** It asked, and got something or nothing. */
  answered(poll: Poll, served: boolean): void;
  /** It went away without having asked. */
  passed(poll: Poll): void;
}

/** Claims that wait at one instance for the same. */
interface Group {
  /** Tags in lower case; null = whatever a task has. */
  readonly able: ReadonlySet<string> | null;
  /** The longest asleep first. */
  readonly asleep: Set<Poll>;
  readonly asking: Set<Poll>;
  /** When the soonest task becomes claimable that one of them would take. */
  alarm: { readonly at: number; readonly timer: Cancellable } | null;
}

/** What may be claimable at an instance: by the tags of one task, or whatever may have waited for a free place. */
type Wanted = readonly string[] | "any";

/**
 * Claims that wait for work. News wakes as many as it can serve and no more: a task that was queued one that can do it, a
 * place that came free one after the other until somebody finds work for it. Source: spec/runtime.md 3.4, spec/api.md 4.1.
 */
export class Polls {
  readonly #clock: Clock;
  readonly #places = new Map<InstanceNo, Map<string, Group>>();
  /** Those that wait with one idempotency key. */
  readonly #fellows = new Map<string, Set<Poll>>();
  #turn = 0;

  constructor(commits: Commits, clock: Clock) {
    this.#clock = clock;
    commits.onCommit(({ events, task: taskOf, clockSet }) => {
      if (this.#places.size === 0) return;
      if (clockSet === true) return this.#clockSet();
      for (const { name, instance, task } of events) {
        const groups = NEWS.has(name) ? this.#places.get(instance) : undefined;
        if (groups === undefined) continue;
        const row = task === null ? undefined : taskOf(task);
        if (task === null) this.#wakeAll(groups);
        if (row?.status === "queued") this.#wakeFor(groups, row.tags);
        if (ENDS_ATTEMPT.has(name)) this.#wakeForRoom(groups);
      }
    });
  }

  /**
   * One more that waits at an instance, for tasks whose tags are among these; null = for any. What one of those with the
   * same request gets, all of them get.
   */
  join(place: InstanceNo, able: readonly string[] | null, sameRequest: string | null = null): Poll {
    const tags = able === null ? null : [...new Set(able.map((tag) => tag.toLowerCase()))].sort();
    const name = tags === null ? "*" : `:${tags.join("\n")}`;
    const groups = this.#places.get(place) ?? new Map<string, Group>();
    this.#places.set(place, groups);
    const group: Group = groups.get(name) ?? {
      able: tags === null ? null : new Set(tags),
      asleep: new Set(),
      asking: new Set(),
      alarm: null,
    };
    groups.set(name, group);
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
        if (group.asleep.size + group.asking.size > 0) return;
        group.alarm?.timer.cancel();
        if (groups.get(name) === group) groups.delete(name);
        if (groups.size === 0 && this.#places.get(place) === groups) this.#places.delete(place);
      },
    });
    fellows?.add(poll);
    return poll;
  }

  /** What each group waits for may have come, or be sooner than its alarm. */
  #clockSet(): void {
    for (const groups of this.#places.values()) for (const group of groups.values()) this.#ring(group);
  }

  #wakeAll(groups: ReadonlyMap<string, Group>): void {
    for (const group of groups.values()) {
      for (const poll of group.asking) poll.heard();
      for (const poll of group.asleep) poll.wake(NOBODY_ELSE);
    }
  }

  /** One task is claimable: the longest asleep that can do it; should it go away, the next. */
  #wakeFor(groups: ReadonlyMap<string, Group>, wanted: readonly string[]): void {
    if (doesAnybodySleep(groups)) {
      const call: Call = {
        answered: () => undefined,
        passed: () => this.#call(groups, wanted, call),
      };
      this.#call(groups, wanted, call);
    }
    for (const group of groups.values())
      if (fits(group, wanted)) for (const poll of group.asking) poll.heard();
  }

  /** A place may be free, who knows for what: one after the other of those that differ in what they can do is asked. */
  #wakeForRoom(groups: ReadonlyMap<string, Group>): void {
    if (doesAnybodySleep(groups)) {
      const tried = new Set<Group>();
      const call: Call = {
        answered: (poll, served) => {
          tried.add(poll.group);
          if (!served) this.#call(groups, "any", call, tried);
        },
        passed: () => this.#call(groups, "any", call, tried),
      };
      this.#call(groups, "any", call, tried);
    }
    for (const group of groups.values()) for (const poll of group.asking) poll.heard();
  }

  /** Wakes the longest asleep of those that fit. */
  #call(
    groups: ReadonlyMap<string, Group>,
    wanted: Wanted,
    call: Call,
    but: ReadonlySet<Group> = NO_GROUPS,
  ): void {
    let longest: Poll | undefined;
    for (const group of groups.values()) {
      if (but.has(group) || !fits(group, wanted)) continue;
      const [first] = group.asleep;
      if (first !== undefined && (longest === undefined || first.since < longest.since)) longest = first;
    }
    longest?.wake(call);
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
      answered: (_poll, served) => {
        if (served) wakeNext();
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
export class Poll {
  readonly group: Group;
  /** When it fell asleep, among all others. */
  since = 0;
  readonly #pool: Pool;
  #bell = new Bell();
  #call: Call | null = null;

  constructor(group: Group, pool: Pool) {
    this.group = group;
    this.#pool = pool;
    group.asking.add(this);
  }

  /** What it asks for now may change while it is asked for. */
  asks(): void {
    this.group.asleep.delete(this);
    this.group.asking.add(this);
    this.#bell.reset();
  }

  /** It has asked, and there was nothing: what wakes it. `nextAt`: when there will be something, as far as is known. */
  sleeps(nextAt: number | null): Bell {
    this.group.asking.delete(this);
    this.group.asleep.add(this);
    this.since = this.#pool.turn();
    if (nextAt !== null) this.#pool.alarm(nextAt);
    this.#answered(false);
    return this.#bell;
  }

  /** It has asked, and got something. */
  served(): void {
    this.#pool.served();
    this.#answered(true);
  }

  /** It waits no more; a call that it has not followed goes to another one. */
  leaves(): void {
    this.group.asking.delete(this);
    this.group.asleep.delete(this);
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
    this.group.asleep.delete(this);
    this.group.asking.add(this);
    this.#call = call;
    this.#bell.ring();
  }

  #answered(served: boolean): void {
    const call = this.#call;
    this.#call = null;
    call?.answered(this, served);
  }
}

function fits({ able }: Group, wanted: Wanted): boolean {
  return wanted === "any" || able === null || wanted.every((tag) => able.has(tag.toLowerCase()));
}

function doesAnybodySleep(groups: ReadonlyMap<string, Group>): boolean {
  for (const { asleep } of groups.values()) if (asleep.size > 0) return true;
  return false;
}

const ENDS_ATTEMPT = eventsThat("endsAttempt");
const NEWS = eventsThat("offersWork").union(ENDS_ATTEMPT);
const NO_GROUPS: ReadonlySet<Group> = new Set();
const NOBODY_ELSE: Call = { answered: () => undefined, passed: () => undefined };
