import { LOST_BECAUSE } from "../../../machines/messages/decision.ts";
import { whyLost, type Routed } from "./routing.ts";

/** A decision as the data of its event (JSON text). */
export function decisionText({ place, winner, ranked }: Routed, tag: string): string {
  const [best, second] = ranked;
  if (best === undefined) throw new Error(`${place.name} decided among nobody`);
  const tie = second !== undefined && second.tags === best.tags;
  const busy = tie ? `, then least busy (${best.open}/${winner.entry.maxConcurrent})` : "";
  const candidates = ranked.map((one, index) => {
    const lost = index === 0 ? 0 : LOST_BECAUSE[whyLost(one, best)].code;
    const score = tie ? ",0" : "";
    return `[${one.child.entry.child},${lost},${one.load},${one.tags}${score}]`;
  });
  const to = winner.entry.child;
  return `["delegate","matched tag ${tag}${busy}",${place.no},${to},1,[[${candidates.join(",")}]]]`;
}
