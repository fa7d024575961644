import type { ChainBody, DelegationBody, TaskBody, WaitBody } from "./bodies.ts";
import { paint, toneOf, type Look } from "./look.ts";
import { clean } from "./text.ts";

/** `1. global → webapp (route) [accepted]`, one line per delegation in order; none for a task without. Source: spec/cli.md 5.1. */
export function chainLines(chain: Pick<ChainBody, "items">, look: Look): string[] {
  return chain.items
    .toSorted((one, other) => one.seq - other.seq)
    .map((hop) => `${hop.seq}. ${hopText(hop, look)}`);
}

/** `D-7 global → webapp (route) [pending]`: what the delegation verbs print. */
export function delegationLine(hop: DelegationBody, look: Look): string {
  return `${hop.ref} ${hopText(hop, look)}`;
}

/** Why a delegation was refused or withdrawn: `at_capacity: at capacity (3/3)`; "" = nothing to say. */
export function reasonText(hop: Pick<DelegationBody, "reason">): string {
  if (hop.reason === null) return "";
  const { code, text } = hop.reason;
  return text === null || text === "" ? code : `${code}: ${clean(text)}`;
}

/** `T-1 done`. */
export function taskStatusLine(task: Pick<TaskBody, "ref" | "status">, look: Look): string {
  return `${task.ref} ${paint(task.status, toneOf(task.status), look)}`;
}

/** What `task add` prints: the task, its chain, and where it stands. */
export function addedLines(params: {
  task: TaskBody;
  chain: Pick<ChainBody, "items">;
  /** Name of the holder; null = unassigned. */
  holder: string | null;
  waits: WaitBody | undefined;
  look: Look;
}): string[] {
  const { task, chain, holder, waits, look } = params;
  return [
    `${task.ref} ${paint(clean(task.title), "strong", look)}`,
    ...chainLines(chain, look),
    standing(task, holder, look),
    // That somebody is to do it is what it is there for.
    ...(waits?.kind === "worker" ? [] : waitLines(waits, look)),
  ];
}

/** `  global is not started: hopper instance start global`; none for a task that waits for nothing. */
export function waitLines(waits: WaitBody | undefined, look: Look): string[] {
  if (waits === undefined) return [];
  const { text, fix } = waits;
  return [`  ${clean(text)}${fix === null ? "" : `: ${paint(fix, "strong", look)}`}`];
}

/** `queued at worker-1`, `held at global: no_route`, `unassigned`. */
export function standing(
  task: Pick<TaskBody, "status" | "held_reason" | "claimed_by">,
  holder: string | null,
  look: Look,
): string {
  const at = holder === null ? "" : ` at ${clean(holder)}`;
  if (task.status === "pending" && task.held_reason !== null)
    return `${paint("held", "warn", look)}${at}: ${task.held_reason}`;
  if (task.status === "pending" && holder === null) return paint("unassigned", "warn", look);
  const worker = task.claimed_by === null ? "" : ` by ${clean(task.claimed_by)}`;
  return `${paint(task.status, toneOf(task.status), look)}${at}${worker}`;
}

/** A hop over which a task came back that did not end well says so. */
function endOf({ status, result }: DelegationBody): string {
  return result?.outcome === "failed" ? result.task_status : status;
}

function hopText(hop: DelegationBody, look: Look): string {
  const way = `${clean(hop.source_name)} → ${clean(hop.target_name)} (${hop.delegation_type})`;
  const reason = look.wide ? reasonText(hop) : "";
  const status = endOf(hop);
  return `${way} [${paint(status, toneOf(status), look)}]${reason === "" ? "" : ` ${reason}`}`;
}
