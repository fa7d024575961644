import type {
  DelegationEventName,
  EventName,
  InstanceEventName,
  TaskEventName,
} from "../../machines/events/catalogue.ts";
import { sentence, type Named, type NarrationOf } from "./narrator.ts";

type RuntimeEventName = Exclude<EventName, InstanceEventName | TaskEventName | DelegationEventName>;

/** Of those who lost so many are named. */
const LOSERS = 5;

/** Decisions, leases that end, and messages. While a plan runs, the step that comes of them says it. */
export const runtimeNarration: NarrationOf<RuntimeEventName> = {
  "routing.decided": sentence(decision),
  "lease.expired": sentence(({ event: { data } }) => `the lease of ${data.by} ended: ${data.reason}`),
  "lease.result_refused": sentence(({ event }) => `a late result (${event.data.verb}) was refused`),
  "message.dead_lettered": sentence(
    ({ event, here }) => `${here} could not handle a message about it (${event.data.type})`,
  ),
  "message.redriven": sentence(
    ({ event, here }) => `${here} was handed a message about it again (${event.data.type ?? "unknown"})`,
  ),
  "message.dropped": sentence(({ here }) => `message.dropped at ${here}`),
  publication: sentence(({ here }) => `publication at ${here}`),
  "configuration.updated": "silent",
};

function decision({ event: { data }, nameOf }: Named<"routing.decided">): string {
  const target = data.targetId === null ? "" : ` → ${nameOf(data.targetId)}`;
  const lost = data.candidates
    .flatMap(({ name, lostBecause }) =>
      lostBecause === null ? [] : [`${name}: ${lostBecause.replaceAll("_", " ")}`],
    )
    .slice(0, LOSERS);
  const others = lost.length === 0 ? "" : ` (${lost.join(", ")})`;
  return `${nameOf(data.instanceId)}${target} decided to ${data.action}: ${data.reason}${others}`;
}
