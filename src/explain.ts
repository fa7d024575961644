import type { JournalEvent } from "../machines/events.ts";
import type { Json, Task } from "../machines/records.ts";
import { expandDecision } from "../machines/routing/decision-data.ts";
import type { Directory } from "./directory.ts";
import { delegationRef, taskRef } from "./references.ts";
import { iso } from "./view-of.ts";

/** A task's story in words, one line per event that a person cares about. */
export function explain(task: Task, events: readonly JournalEvent[], directory: Directory): string[] {
  const lines = events.flatMap((event) => {
    const words = wordsOf(event, directory);
    return words === null ? [] : [`${iso(event.at).slice(11, 23)}  ${words}`];
  });
  return [...lines, whereItStands(task, directory)];
}

function whereItStands(task: Task, directory: Directory): string {
  const holder = task.holder === null ? "nobody" : directory.nameOf(task.holder);
  if (task.status === "pending" && task.heldReason !== null)
    return `${taskRef(task.no)} is held at ${holder}: ${task.heldReason}`;
  return `${taskRef(task.no)} is ${task.status} at ${holder}`;
}

function wordsOf(event: JournalEvent, directory: Directory): string | null {
  const here = event.instance === 0 ? "the desk" : directory.nameOf(event.instance);
  const data = event.data ?? {};
  const hop = event.delegation === null ? "" : delegationRef(event.delegation);
  switch (event.name) {
    case "task.created":
      return `created at ${here}${event.actor === null ? "" : ` by ${event.actor}`}`;
    case "task.assigned":
      return `assigned to ${directory.nameOf(data["holder"] as number)}`;
    case "routing.decided":
      return decisionWords(event, directory);
    case "delegation.pending":
      return `${hop} offered to ${directory.nameOf(data["target"] as number)} (${say(data["type"])})`;
    case "delegation.accepted":
      return `${hop} accepted by ${here}`;
    case "delegation.rejected":
      return `${hop} rejected by ${here}: ${say(data["text"] ?? data["code"])}`;
    case "delegation.cancelled":
      return `${hop} cancelled: ${say(data["text"] ?? data["code"])}`;
    case "delegation.completed":
      return `${hop} completed at ${here}: ${say(data["outcome"])}`;
    case "task.held":
      return `held at ${here}: ${say(data["reason"])}`;
    case "task.claimed":
      return `claimed at ${here} by ${say(data["by"])}`;
    case "task.requeued":
      return `queued again at ${here}: ${say(data["reason"])}`;
    case "task.failed":
    case "task.cancelled":
      return `${event.name.slice(5)} at ${here}: ${(data["error"] as { message?: string } | undefined)?.message ?? "no reason given"}`;
    case "lease.expired":
      return `the lease of ${say(data["by"])} ended: ${say(data["reason"])}`;
    case "lease.result_refused":
      return `a late result (${say(data["verb"])}) was refused`;
    case "task.progress":
    case "task.updated":
      return null;
    default:
      return `${event.name.replace(/^task\./u, "").replaceAll("_", " ")} at ${here}`;
  }
}

function decisionWords(event: JournalEvent, directory: Directory): string {
  const decision = expandDecision(event.data as Parameters<typeof expandDecision>[0]);
  const here = directory.nameOf(decision.instance);
  const target = decision.target === null ? "" : ` → ${directory.nameOf(decision.target)}`;
  const lost = decision.candidates
    .filter((one) => one.lostBecause !== null)
    .slice(0, 5)
    .map((one) => `${directory.nameOf(one.instance)}: ${String(one.lostBecause).replaceAll("_", " ")}`);
  return `${here}${target} decided to ${decision.action}: ${decision.reason}${lost.length === 0 ? "" : ` (${lost.join(", ")})`}`;
}

/** A value of an event's data in words. */
function say(value: Json | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}
