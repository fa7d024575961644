import type { DelegationEventName } from "../../machines/events/catalogue.ts";
import type { ReasonCode } from "../../machines/records/delegation.ts";
import { finalStep } from "./ending.ts";
import { sentence, type Named, type NarrationOf, type RunTelling } from "./narrator.ts";
import { hopTo, type Hop } from "./past.ts";
import type { Step } from "./step.ts";

/** Offers, and the hops that come of them. */
export const delegationNarration: NarrationOf<DelegationEventName> = {
  // A step is told when it is decided.
  "delegation.pending": sentence(
    ({ event: { delegationId, data }, nameOf }) =>
      `${delegationId} offered to ${nameOf(data.target)} (${data.type})`,
  ),
  "delegation.accepted": {
    sentence: ({ event, here }) => `${event.delegationId} accepted by ${here}`,
    steps(telling) {
      const { offer, decided } = telling.past;
      // An escalation that gives a task back is accepted without ever having been an offer, and complete at once.
      if (offer === null) return [];
      return [hopStep(telling, offer, "accepted", decided?.by === offer.source ? decided.reason : null)];
    },
  },
  "delegation.rejected": {
    sentence: ({ event: { delegationId, data }, here }) =>
      `${delegationId} rejected by ${here}: ${data.text ?? data.code}`,
    steps(telling) {
      const { offer } = telling.past;
      return offer === null ? [] : [hopStep(telling, offer, "rejected", refusal(telling.event.data))];
    },
  },
  "delegation.completed": {
    sentence: ({ event, here }) => `${event.delegationId} completed at ${here}: ${event.data.outcome}`,
    // By a hop upward a task was given back: nothing of the way down has closed.
    steps: (telling) => (telling.event.data.outcome === "handed_back" ? [] : bubbled(telling)),
  },
  "delegation.cancelled": {
    sentence: ({ event: { delegationId, data } }) => `${delegationId} cancelled: ${data.text ?? data.code}`,
    steps(telling) {
      const { event, past } = telling;
      const hop = past.offer ?? (past.ending === null ? hopTo(event.instanceId, past) : undefined);
      if (hop === undefined) return bubbled(telling);
      return [hopStep(telling, hop, "cancelled", refusal(event.data))];
    },
  },
};

/** The first hop of a final task has closed: its origin has heard of the end. */
function bubbled(telling: RunTelling<"delegation.completed" | "delegation.cancelled">): Step[] {
  const { event, past, nameOf } = telling;
  const hop = hopTo(event.instanceId, past);
  if (past.ending === null || hop === undefined || past.hops.length > 1) return [];
  return [finalStep(past.ending, event.at, nameOf(hop.source))];
}

type How = Extract<Step, { kind: "hop" }>["how"];

function hopStep({ nameOf }: Named, { source, target, type }: Hop, how: How, reason: string | null): Step {
  return { kind: "hop", from: nameOf(source), to: nameOf(target), how, type, reason };
}

function refusal({ text, code }: { readonly text?: string; readonly code: ReasonCode }): string {
  return text ?? code.replaceAll("_", " ");
}
