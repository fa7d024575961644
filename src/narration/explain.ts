import type { JournalEvent } from "../../machines/events/journal-event.ts";
import type { Json } from "../../machines/records/values.ts";
import type { Task } from "../../machines/records/task.ts";
import { expandDecision } from "../../machines/routing/decision-data.ts";
import type { Directory } from "../door/directory.ts";
import { delegationRef, taskRef } from "../door/references.ts";
import { Attempts } from "./attempts.ts";
import { iso } from "../views/view-of.ts";

type Data = { readonly [key: string]: Json | undefined };

/** A task's story in words, one line per event that a person cares about. */
export function explain(task: Task, events: readonly JournalEvent[], directory: Directory): string[] {
  const attempts = new Attempts(events, directory);
  const lines = events.flatMap((event, index) => {
    const words = [attempts.endedBy(index), wordsOf(event, directory)];
    return words.filter((one) => one !== null).map((one) => `${iso(event.at).slice(11, 23)}  ${one}`);
  });
  return [...lines, whereItStands(task, events, directory)];
}

function whereItStands(task: Task, events: readonly JournalEvent[], directory: Directory): string {
  const holder = task.holder === null ? "nobody" : directory.nameOf(task.holder);
  const offer = events.findLast(
    ({ name, delegation }) => name === "delegation.pending" && delegation === task.pendingHop,
  );
  if (offer !== undefined) return `${offerWords(task, offer, directory)}; ${holder} holds it meanwhile`;
  if (task.status === "pending" && task.heldReason !== null)
    return `${taskRef(task.no)} is held at ${holder}: ${task.heldReason}`;
  return `${taskRef(task.no)} is ${task.status} at ${holder}`;
}

/** Whose decision an offer waits for, and until when. */
function offerWords(task: Task, { delegation, ...event }: JournalEvent, directory: Directory): string {
  const data = event.data as Data;
  const target = data["target"] as number;
  const status = directory.byNo(target)?.status ?? "running";
  const until = data["expiresAt"];
  return [
    `${taskRef(task.no)} is offered to ${directory.nameOf(target)} (${delegationRef(delegation ?? 0)}), which`,
    status === "running" ? "has" : `is ${status} and has`,
    typeof until === "number" ? `until ${iso(until)}` : "yet",
    "to accept or reject it",
  ].join(" ");
}

function wordsOf(event: JournalEvent, directory: Directory): string | null {
  const here = event.instance === 0 ? "the desk" : directory.nameOf(event.instance);
  const data = event.data as Data;
  const hop = event.delegation === null ? "" : delegationRef(event.delegation);
  switch (event.name) {
    case "task.created":
      return `created at ${here}${byText(event.actor)}`;
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
      // The offer before it says the same.
      if (data["reason"] === "awaiting_acceptance") return null;
      return `held at ${here}: ${say(data["reason"])}`;
    case "task.claimed":
      return `claimed at ${here} by ${say(data["by"])}`;
    case "task.in_progress":
      return `in progress at ${here}${byText(data["by"])}`;
    case "task.requeued":
      return `queued again at ${here}`;
    case "task.returned":
      return data["holder"] === event.instance
        ? `escalated by ${here}`
        : `given back by ${here} to ${directory.nameOf(data["holder"] as number)}`;
    case "task.completed":
      return `completed at ${here}${data["epoch"] === undefined ? byText(event.actor) : ""}`;
    case "task.failed":
    case "task.cancelled":
      return `${event.name.slice(5)} at ${here}: ${(data["error"] as { message?: string } | undefined)?.message ?? "no reason given"}`;
    case "lease.expired":
      return `the lease of ${say(data["by"])} ended: ${say(data["reason"])}`;
    case "lease.result_refused":
      return `a late result (${say(data["verb"])}) was refused`;
    case "message.dead_lettered":
      return `${here} could not handle a message about it (${say(data["type"])})`;
    case "task.progress":
    case "task.updated":
      return null;
    default:
      return `${event.name.replace(/^task\./u, "").replaceAll("_", " ")} at ${here}`;
  }
}

function decisionWords(event: JournalEvent, directory: Directory): string {
  const decision = expandDecision(event.data);
  const here = directory.nameOf(decision.instance);
  const target = decision.target === null ? "" : ` → ${directory.nameOf(decision.target)}`;
  const lost = decision.candidates
    .filter((one) => one.lostBecause !== null)
    .slice(0, 5)
    .map((one) => `${directory.nameOf(one.instance)}: ${String(one.lostBecause).replaceAll("_", " ")}`);
  return `${here}${target} decided to ${decision.action}: ${decision.reason}${lost.length === 0 ? "" : ` (${lost.join(", ")})`}`;
}

function byText(who: Json | undefined): string {
  return typeof who === "string" ? ` by ${who}` : "";
}

/** A value of an event's data in words. */
function say(value: Json | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}
