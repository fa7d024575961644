import type { Scope } from "./records/instance.ts";

/** What one scope may have above it and below it. */
interface Place {
  /** null in the list = may be a root. */
  readonly parents: readonly (Scope | null)[];
  readonly givesWorkTo: readonly Scope[];
  readonly queue: boolean;
}

/** The table of 2-domain.md 2.3, and which scopes have a queue (2.6: GLOBAL never queues; FEDERATED stands for another Hopper). */
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

/**
 * The scopes an instance of this scope may have as its parent.
 * null in the list = it may be a root. For messages that say what would be accepted. Source: 2-domain.md 2.3.
 */
export function allowedParents(scope: Scope): readonly (Scope | null)[] {
  return PLACES[scope].parents;
}

/**
 * Whether an instance of scope `child` may be created below one of scope `parent`.
 * `parent` null = as a root. Existence, status and depth of the parent are the caller's to check. Source: 2-domain.md 2.3.
 */
export function mayParent(child: Scope, parent: Scope | null): boolean {
  return PLACES[child].parents.includes(parent);
}

/**
 * The scopes of children that an instance of this scope gives work to.
 * Empty = it only works itself, escalates or is reassigned from. Source: 2-domain.md 2.3.
 */
export function givesWorkTo(scope: Scope): readonly Scope[] {
  return PLACES[scope].givesWorkTo;
}

/**
 * Whether a parent of scope `from` may route or decompose work to a child of scope `to`.
 * Source: 2-domain.md 2.3, 2.4.
 */
export function mayGiveWork(from: Scope, to: Scope): boolean {
  return PLACES[from].givesWorkTo.includes(to);
}

/**
 * Whether instances of this scope have a queue that workers claim from.
 * False for GLOBAL and FEDERATED: claims there are refused `not_claimable`. Source: 2-domain.md 2.6.
 */
export function hasQueue(scope: Scope): boolean {
  return PLACES[scope].queue;
}
