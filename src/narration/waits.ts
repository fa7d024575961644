import type { Delegation } from "../../machines/records/delegation.ts";
import type { InstanceStatus } from "../../machines/records/instance.ts";
import { isFinal, type Task } from "../../machines/records/task.ts";
import type { InstanceNo, TaskNo } from "../../machines/records/values.ts";
import { commandText } from "../contracts/shell-word.ts";
import { delegationRef, taskRef } from "../door/references.ts";
import { iso } from "../views/view-of.ts";
import type { WaitView } from "../views/wait-view.ts";

/** What is known beside the task itself. */
export interface WaitFacts {
  readonly now: number;
  instance(no: InstanceNo): { readonly name: string; readonly status: InstanceStatus } | undefined;
  /** Those that it waits for, as far as {@link NAMED} goes. */
  task(no: TaskNo): Pick<Task, "status" | "holder"> | undefined;
  /** The offer that it is on. */
  readonly hop: Delegation | null;
  /** Where an unassigned task may be put: a live root's name. */
  readonly root: string | undefined;
}

/** Of so many tasks that one waits for it is said how they stand; of the others, how many they are. */
export const NAMED = 3;

type Said = Omit<WaitView, "taskId" | "ref">;

/** What a task waits for, in a sentence, and the command that ends the wait or shows more; null = nothing. */
export function waitOf(task: Task, facts: WaitFacts): Said | null {
  if (isFinal(task.status)) return null;
  switch (task.status) {
    case "blocked":
      return blocked(task, facts);
    case "queued":
      return queued(task, facts);
    case "pending":
      return task.pendingHop === null ? held(task, facts) : offered(facts);
    default:
      return null;
  }
}

function said(kind: WaitView["kind"], text: string, words: readonly string[] | null): Said {
  return { kind, text, fix: words === null ? null : commandText(words) };
}

function blocked(task: Task, facts: WaitFacts): Said {
  const { waitsFor } = task;
  const first = waitsFor[0];
  if (first === undefined)
    return said("person", "blocked by hand", ["task", "status", taskRef(task.no), "pending"]);
  const named = waitsFor.slice(0, NAMED).map((no) => `${taskRef(no)}${standingOf(facts.task(no), facts)}`);
  const more = waitsFor.length > NAMED ? [`${waitsFor.length - NAMED} more`] : [];
  const list = [...named, ...more].join(", ");
  return said("dependencies", `waits for ${list}`, ["task", "show", taskRef(first)]);
}

/** ` (in progress at api)`. */
function standingOf(task: Pick<Task, "status" | "holder"> | undefined, facts: WaitFacts): string {
  if (task === undefined) return "";
  const holder = task.holder === null ? undefined : facts.instance(task.holder)?.name;
  return ` (${task.status.replace("_", " ")}${holder === undefined ? "" : ` at ${holder}`})`;
}

function queued(task: Task, facts: WaitFacts): Said {
  const stopped = notRunning(task.holder, facts);
  if (stopped !== null) return stopped;
  if (task.notBefore !== null && task.notBefore > facts.now) {
    const again = task.failures + task.leaseLosses > 0 ? "tries again at" : "not before";
    return said("moment", `${again} ${iso(task.notBefore)}`, null);
  }
  const at = task.holder === null ? "" : ` at ${facts.instance(task.holder)?.name ?? "its instance"}`;
  if (task.run !== null) return said("worker", `waits for a worker that runs its command${at}`, null);
  return said("worker", `waits for a worker or a person${at}`, ["task", "complete", taskRef(task.no)]);
}

/** What an instance needs that does not run; null = it runs. */
function notRunning(no: InstanceNo | null, facts: WaitFacts): Said | null {
  const instance = no === null ? undefined : facts.instance(no);
  if (instance === undefined || instance.status === "running") return null;
  const { name, status } = instance;
  const verb = verbToRun(status);
  return said("instance", `${name} is ${howOf(status)}`, verb === null ? null : ["instance", verb, name]);
}

function howOf(status: InstanceStatus | undefined): string {
  if (status === "created") return "not started";
  return status === "error" ? "in error" : (status ?? "gone");
}

/** The verb after which an instance runs; null = it is on its way, or ended. */
function verbToRun(status: InstanceStatus): "start" | "resume" | "recover" | null {
  switch (status) {
    case "created":
    case "stopped":
      return "start";
    case "paused":
      return "resume";
    case "error":
      return "recover";
    default:
      return null;
  }
}

function offered(facts: WaitFacts): Said {
  const { hop } = facts;
  if (hop === null) return said("offer", "is being offered", null);
  const ref = delegationRef(hop.no);
  const target = facts.instance(hop.target);
  const stopped = notRunning(hop.target, facts);
  const how = stopped === null ? "has" : `is ${howOf(target?.status)} and has`;
  const until = hop.expiresAt === null ? "yet" : `until ${iso(hop.expiresAt)}`;
  const text = `offered to ${target?.name ?? "its target"} (${ref}), which ${how} ${until} to accept or reject it`;
  return stopped === null
    ? said("offer", text, ["delegation", "accept", ref])
    : { ...stopped, kind: "offer", text };
}

function held(task: Task, facts: WaitFacts): Said | null {
  const ref = taskRef(task.no);
  const at = task.holder === null ? undefined : facts.instance(task.holder)?.name;
  const explain = ["task", "explain", ref];
  switch (task.heldReason) {
    case "instance_not_running":
      return notRunning(task.holder, facts) ?? said("instance", `${at} is about to look at it`, null);
    case "no_route":
      return said("route", `nobody below ${at} can take it`, explain);
    case "no_capacity":
      return said("room", "whoever could take it is full; it goes on when one has room", null);
    case "rejected":
      return said("refused", "was not taken by whom it was offered to", ["task", "delegate", ref]);
    case "message_failed":
      return said("message", `what decides about it at ${at} failed`, ["dead-letter", "list"]);
    case "awaiting_acceptance":
      return offered(facts);
    case "manual":
      return at === undefined
        ? said("assignment", "no instance holds it", assignment(ref, facts.root))
        : said("delegation", "waits for somebody to delegate it", ["task", "delegate", ref]);
    default:
      return null;
  }
}

function assignment(ref: string, root: string | undefined): string[] {
  if (root === undefined) return ["instance", "create", "global", "--scope", "global", "--start"];
  return ["task", "assign", ref, "--to", root];
}
