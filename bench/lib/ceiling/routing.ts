import type { LostBecause } from "../../../machines/messages/decision.ts";
import type { Child, Place } from "./state.ts";

/** A candidate as it was when it was looked at. */
export interface Ranked {
  readonly child: Child;
  /** Tags in common with the task. */
  readonly tags: number;
  /** Open hops to it. */
  readonly open: number;
  readonly load: number;
}

/** A decision: who decided, who won, and all candidates, the winner first. */
export interface Routed {
  readonly place: Place;
  readonly winner: Child;
  readonly ranked: readonly Ranked[];
}

function byRank(a: Ranked, b: Ranked): number {
  return (
    b.tags - a.tags ||
    a.load - b.load ||
    a.open - b.open ||
    (a.child.entry.name < b.child.entry.name ? -1 : 1)
  );
}

export function whyLost(one: Ranked, winner: Ranked): LostBecause {
  if (one.tags < winner.tags) return "fewer_tags";
  if (one.load > winner.load) return "busier";
  return one.open > winner.open ? "more_open" : "name_order";
}

/** Among running children with room: most tags in common, then least busy, then by name. */
export function route(place: Place, tag: string): Routed {
  const ranked: Ranked[] = [];
  for (const child of place.children) {
    const { entry } = child;
    if (entry.status !== "running" || entry.room <= 0) continue;
    const tags = entry.capabilities.includes(tag) ? 1 : 0;
    const open = entry.ownOpen;
    ranked.push({ child, tags, open, load: (open + entry.openElsewhere) / entry.maxConcurrent });
  }
  ranked.sort(byRank);
  const [winner] = ranked;
  if (winner === undefined) throw new Error(`${place.name} has nobody to give work to`);
  return { place, winner: winner.child, ranked };
}
