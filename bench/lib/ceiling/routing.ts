import { LOST_BECAUSE, type LostBecause } from "../../../machines/messages/decision.ts";
import type { Child, Place } from "./state.ts";

/** The winner, and the decision as the data of its event (JSON text). */
export interface Routed {
  readonly winner: Child;
  readonly data: string;
}

interface Ranked {
  readonly child: Child;
  readonly tags: number;
  readonly load: number;
}

function byRank(a: Ranked, b: Ranked): number {
  return (
    b.tags - a.tags ||
    a.load - b.load ||
    a.child.entry.ownOpen - b.child.entry.ownOpen ||
    (a.child.entry.name < b.child.entry.name ? -1 : 1)
  );
}

function whyLost(one: Ranked, winner: Ranked): LostBecause {
  if (one.tags < winner.tags) return "fewer_tags";
  if (one.load > winner.load) return "busier";
  return one.child.entry.ownOpen > winner.child.entry.ownOpen ? "more_open" : "name_order";
}

/** Among running children with room: most tags in common, then least busy, then by name. */
export function route(place: Place, tag: string): Routed {
  const ranked: Ranked[] = [];
  for (const child of place.children) {
    const { entry } = child;
    if (entry.status !== "running" || entry.room <= 0) continue;
    const tags = entry.capabilities.includes(tag) ? 1 : 0;
    ranked.push({ child, tags, load: (entry.ownOpen + entry.openElsewhere) / entry.maxConcurrent });
  }
  ranked.sort(byRank);
  const [winner, second] = ranked;
  if (winner === undefined) throw new Error(`${place.name} has nobody to give work to`);
  const tie = second !== undefined && second.tags === winner.tags;
  const busy = tie
    ? `, then least busy (${winner.child.entry.ownOpen}/${winner.child.entry.maxConcurrent})`
    : "";
  const candidates = ranked.map((one, index) => {
    const lost = index === 0 ? 0 : LOST_BECAUSE[whyLost(one, winner)].code;
    const score = tie ? ",0" : "";
    return `[${one.child.entry.child},${lost},${one.load},${one.tags}${score}]`;
  });
  const to = winner.child.entry.child;
  const data = `["delegate","matched tag ${tag}${busy}",${place.no},${to},1,[[${candidates.join(",")}]]]`;
  return { winner: winner.child, data };
}
