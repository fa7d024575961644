import { messageOf } from "../errors.ts";
import { hasQueue, mayGiveWork } from "../legality.ts";
import { LOST_BECAUSE, type Candidate, type Decision } from "../messages/decision.ts";
import type { RosterEntry, Scope } from "../records/instance.ts";
import type { InstanceNo } from "../records/values.ts";
import type { RoutableTask } from "../routing/routable-task.ts";
import type { RosterView, Standing } from "../routing/roster.ts";
import type { RoutingView, ScopeBehavior } from "./behavior.ts";
import { hold } from "./decisions.ts";

/**
 * A behavior from outside, which can harm nothing but the task it decides about: it is shown what cannot be written to,
 * and a fault of it, or a decision that cannot be carried out, holds that task for a person with the reason in its
 * decision. Whatever else the turn does goes on. Source: docs/decisions/0012-a-behavior-that-throws.md.
 */
export function contained(behavior: ScopeBehavior): ScopeBehavior {
  return {
    name: behavior.name,
    decide(view, task) {
      try {
        return lawful(behavior.decide(shown(view), frozen(task)), view, task);
      } catch (error) {
        const reason = `the behavior ${behavior.name} failed: ${messageOf(error)}`;
        return hold(view, task, { held: "message_failed", reason });
      }
    },
    waitsFor: (task) => {
      try {
        return lawfulWait(behavior.waitsFor?.(frozen({ project: task.project })));
      } catch {
        return undefined;
      }
    },
  };
}

/** What it is that it waits for, if it says so. */
function lawfulWait(given: unknown): ReturnType<NonNullable<ScopeBehavior["waitsFor"]>> {
  if (given === "children" || given === "own room") return given;
  letBe(given);
  const child: unknown = (given as { child?: unknown } | null | undefined)?.child;
  return typeof child === "string" ? { child } : undefined;
}

/** Is it a promise? What becomes of it is nobody's concern then. */
function letBe(given: unknown): boolean {
  if (typeof given !== "object" || given === null || !("then" in given)) return false;
  Promise.resolve(given).catch(() => undefined);
  return true;
}

const HELD: readonly unknown[] = [
  "manual",
  "no_route",
  "no_capacity",
  "instance_not_running",
  "message_failed",
] satisfies Decision["held"][];

/** The decision, if it can be carried out at this instance. Throws what is wrong with it. */
function lawful(given: unknown, view: RoutingView, task: RoutableTask): Decision {
  if (typeof given !== "object" || given === null)
    throw new Error(`it returned ${String(given)}; a decision is expected (handle, delegate, create, hold)`);
  if (letBe(given)) throw new Error("it returned a promise; it must decide at once");
  const decision = given as Readonly<Partial<Record<keyof Decision, unknown>>>;
  const { scope, name, no } = view.instance;
  switch (decision.action) {
    case "handle":
      if (!hasQueue(scope)) throw new Error(`it returned handle, and ${name} (${scope}) has no queue`);
      break;
    case "delegate": {
      const target = view.roster.get(decision.target as InstanceNo);
      if (target === undefined || !mayGiveWork(scope, target.scope))
        throw new Error(
          `its target ${String(decision.target)} is no child of ${name} that takes work from it`,
        );
      // Asked again and again it would refuse for ever.
      if (task.refusedBy.includes(target.child)) return refusedAlready(view, task, target);
      break;
    }
    case "create":
      break;
    case "hold":
      if (!HELD.includes(decision.held))
        throw new Error(`it holds the task ${String(decision.held)}, which is no reason`);
      break;
    default:
      throw new Error(`it returned the action ${String(decision.action)}, which there is not`);
  }
  const { action, reason, target, held, unmatched, candidates } = decision;
  if (!Array.isArray(candidates)) throw new Error("its candidates are no list");
  const listed = (candidates as readonly unknown[]).map((one) => candidateOf(one, view));
  return {
    action,
    reason: String(reason),
    instance: no,
    target: action === "delegate" ? (target as InstanceNo) : null,
    held: action === "hold" ? (held as Decision["held"]) : null,
    rule: null,
    unmatched: unmatched === true,
    routingRound: task.routingRound,
    candidates: listed,
  };
}

/** Until there is news of it, or of another one. */
function refusedAlready(view: RoutingView, task: RoutableTask, { name, status }: RosterEntry): Decision {
  const held = status === "running" ? "no_capacity" : "instance_not_running";
  return hold(view, task, { held, reason: `${name} was chosen again and has refused it` });
}

/** What the journal will hold of a candidate. Throws for one that nobody could read there. */
function candidateOf(given: unknown, { roster }: RoutingView): Candidate {
  const { instance, tags, textScore, load, rank, lostBecause } = (given ?? {}) as Readonly<
    Record<keyof Candidate, unknown>
  >;
  if (!roster.has(instance as InstanceNo)) throw new Error(`its candidate ${String(instance)} is no child`);
  const lost = lostBecause === null || Object.hasOwn(LOST_BECAUSE, lostBecause as PropertyKey);
  const figures = [tags, load, textScore ?? 0, rank ?? 0];
  if (!lost || !figures.every((figure) => Number.isFinite(figure)))
    throw new Error(`its candidate ${String(instance)} has no figures, or no reason that there is`);
  return { instance, tags, textScore: textScore ?? null, load, rank: rank ?? null, lostBecause } as Candidate;
}

/** What an actor knows, to be looked at and not to be written to. */
function shown({ instance, config, roster, text, now, load, liveOrchestrations }: RoutingView): RoutingView {
  return Object.freeze({
    instance: frozen(instance),
    config: frozen(config),
    roster: new ReadOnlyRoster(roster),
    text: Object.freeze({
      scores: (title: string, description: string | null) => text.scores(title, description),
      words: (title: string, description: string | null, child: InstanceNo) =>
        text.words(title, description, child),
    }),
    now,
    load,
    liveOrchestrations,
  });
}

/** A copy, frozen to its depth. */
function frozen<T extends object>(value: T): T {
  return freeze(structuredClone(value));
}

function freeze<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  for (const member of Object.values(value)) freeze(member);
  return Object.freeze(value);
}

/** Roster entries that are copied as they are looked at. */
class Copies implements ReadonlyMap<InstanceNo, RosterEntry> {
  readonly #entries: ReadonlyMap<InstanceNo, RosterEntry>;

  constructor(entries: ReadonlyMap<InstanceNo, RosterEntry>) {
    this.#entries = entries;
    Object.freeze(this);
  }

  get size(): number {
    return this.#entries.size;
  }

  has(child: InstanceNo): boolean {
    return this.#entries.has(child);
  }

  get(child: InstanceNo): RosterEntry | undefined {
    const entry = this.#entries.get(child);
    return entry === undefined ? undefined : frozen(entry);
  }

  keys(): MapIterator<InstanceNo> {
    return this.#entries.keys();
  }

  *values(): MapIterator<RosterEntry> {
    for (const entry of this.#entries.values()) yield frozen(entry);
  }

  *entries(): MapIterator<[InstanceNo, RosterEntry]> {
    for (const [child, entry] of this.#entries) yield [child, frozen(entry)];
  }

  [Symbol.iterator](): MapIterator<[InstanceNo, RosterEntry]> {
    return this.entries();
  }

  forEach(
    take: (entry: RosterEntry, child: InstanceNo, roster: ReadonlyMap<InstanceNo, RosterEntry>) => void,
  ): void {
    for (const [child, entry] of this.entries()) take(entry, child, this);
  }
}

class ReadOnlyRoster extends Copies implements RosterView {
  readonly #roster: RosterView;

  constructor(roster: RosterView) {
    super(roster);
    this.#roster = roster;
  }

  standing(standing: Standing): ReadonlyMap<Scope, ReadonlyMap<InstanceNo, RosterEntry>> {
    const scopes = this.#roster.standing(standing);
    return new Map([...scopes].map(([scope, children]) => [scope, new Copies(children)]));
  }

  named(name: string): RosterEntry | undefined {
    const entry = this.#roster.named(name);
    return entry === undefined ? undefined : frozen(entry);
  }
}
