import type { Scope } from "./records/instance.ts";

/** What one scope may have above it and below it. */
interface Place {
  /** null in the list = may be a root. */
  readonly parents: readonly (Scope | null)[];
  readonly givesWorkTo: readonly Scope[];
  readonly queue: boolean;
}

/** The table of spec/domain.md 2.3, and which scopes have a queue (2.6: GLOBAL never queues; FEDERATED stands for another Hopper). */
const PLACES: Readonly<Record<Scope, Place>> = {
  GLOBAL: {
    parents: [null],
    givesWorkTo: ["PROJECT", "PERSONAL", "FAMILY", "EVENT", "FEDERATED"],
    queue: false,
  },
  PROJECT: { parents: [null, "GLOBAL"], givesWorkTo: ["ORCHESTRATION"], queue: true },
  ORCHESTRATION: { parents: [null, "PROJECT", "EVENT"], givesWorkTo: [], queue: true },
  PERSONAL: { parents: [null, "GLOBAL", "FAMILY"], givesWorkTo: [], queue: true },
  FAMILY: { parents: [null, "GLOBAL"], givesWorkTo: ["PERSONAL"], queue: true },
  EVENT: { parents: [null, "GLOBAL"], givesWorkTo: ["ORCHESTRATION"], queue: true },
  FEDERATED: { parents: [null, "GLOBAL"], givesWorkTo: [], queue: false },
};

/** The scopes an instance of this scope may have as its parent; null = it may be a root. */
export function allowedParents(scope: Scope): readonly (Scope | null)[] {
  return PLACES[scope].parents;
}

/** The same in words: `at the top or below a GLOBAL`. */
export function allowedPlaces(scope: Scope): string {
  return allowedParents(scope)
    .map((above) => (above === null ? "at the top" : `below a ${above}`))
    .join(" or ");
}

/** `parent` null = as a root. Existence, status and depth of the parent are the caller's to check. */
export function mayParent(child: Scope, parent: Scope | null): boolean {
  return PLACES[child].parents.includes(parent);
}

/** The scopes of children that get work from it; empty = it only works itself, escalates or is reassigned from. */
export function givesWorkTo(scope: Scope): readonly Scope[] {
  return PLACES[scope].givesWorkTo;
}

/** Whether a parent may route or decompose work to a child. */
export function mayGiveWork(from: Scope, to: Scope): boolean {
  return PLACES[from].givesWorkTo.includes(to);
}

/** Whether there is a queue that workers claim from; where there is none, claims are refused `not_claimable`. */
export function hasQueue(scope: Scope): boolean {
  return PLACES[scope].queue;
}
