import { refuse } from "../../machines/errors.ts";
import type { Message } from "../../machines/messages/envelope.ts";
import type { Delegation } from "../../machines/records/delegation.ts";
import type { Task } from "../../machines/records/task.ts";
import { keepAccounts } from "./accounts.ts";
import { onCreate } from "./children.ts";
import { askKeeperToReopen, onAnnounce, onCancel, onComplete, onRetry } from "./completion.ts";
import { onDelegate } from "./delegate.ts";
import { onAcceptance, onDecide, onOffer, onOfferTimer, onRejection, onWithdrawn } from "./offers.ts";
import { onEscalate, onReassign, onReassignAsked, onReturn } from "./moves.ts";
import { onCommand, onDrained, onInstanceTimer, onLifecycle, onStarted } from "./lifecycle.ts";
import { onReopened, onSettled, onWatch } from "./dependencies.ts";
import { onEnter } from "./desk.ts";
import { onAudit, onBlock, onEdit, onUnblock } from "./edits.ts";
import { onAssign, onCreateTask, onUpdate } from "./intake.ts";
import { onClaim, onFail, onHeartbeat, onOrphaned, onRelease, onStart, onTaskTimer } from "./leases.ts";
import { onPreview } from "./routing.ts";
import { onStatus } from "./roster.ts";
import type { Turn } from "../engine/turn.ts";

/** Rows a message is about, found before the turn. */
export interface Subject {
  /** The task, when this actor keeps it. */
  readonly task: Task | null;
  /** The delegation the message names. */
  readonly hop: Delegation | null;
}

/** What must be there for a message before its turn can run. */
export type Need = "none" | "task" | "came" | "hop";

/**
 * Per message type: `task` = the actor must keep the task (else the message goes on to who does); `came` = the task
 * has just come to this actor, who may have passed it on by now; `hop` = the delegation, decided or not.
 */
export const NEEDS: Readonly<Record<Message["type"], Need>> = {
  "instance.create": "none",
  "instance.lifecycle": "none",
  "instance.claim": "none",
  "task.create": "none",
  "tasks.enter": "none",
  "task.assign": "task",
  "task.delegate": "task",
  "task.escalate": "task",
  "task.reassign": "task",
  "task.complete": "task",
  "task.fail": "task",
  "task.cancel": "task",
  "task.retry": "task",
  "task.block": "task",
  "task.unblock": "task",
  "task.reopen": "task",
  "task.start": "task",
  "task.heartbeat": "task",
  "task.release": "task",
  "task.orphaned": "task",
  "task.edit": "task",
  "delegation.accept": "hop",
  "delegation.reject": "hop",
  "delegation.withdraw": "hop",
  "route.preview": "none",
  "task.delegation": "came",
  "delegation.acceptance": "none",
  "delegation.rejection": "came",
  "delegation.cancellation": "hop",
  "task.completion": "none",
  "task.return": "came",
  "task.update": "came",
  "dependency.watch": "task",
  "dependency.announce": "task",
  "dependency.settled": "task",
  "dependency.reopened": "task",
  "dependency.reopen": "none",
  "instance.status": "none",
  "instance.command": "none",
  "timer.task": "task",
  "timer.delegation": "hop",
  "timer.instance": "none",
  "instance.started": "none",
  "instance.drained": "none",
  "task.audit": "task",
};

/** What this message needs here: two commands first visit an actor that does not keep the task. */
export function needOf(message: Message): Need {
  if (message.type === "task.reassign" && !message.passed) return "none";
  if (message.type === "task.retry" && message.origin === null) return "none";
  return NEEDS[message.type];
}

/** One turn: the actor handles the message. */
export function handle(turn: Turn, subject: Subject): void {
  const { message } = turn.envelope;
  if (turn.actor.isDesk && !DESK_TYPES.has(message.type)) {
    turn.refuse(
      refuse("illegal_transition", "The task is unassigned; assign it to an instance first.", {
        allowed: ["ASSIGN", "CANCEL"],
      }),
    );
    return;
  }
  keepAccounts(turn, message);
  if (needOf(message) === "task" && subject.task !== null) handleTask(turn, message, subject.task);
  else if (needOf(message) === "came" || needOf(message) === "hop") handleHop(turn, message, subject);
  else handleOther(turn, message);
}

/** What the desk does with what it keeps; the rest needs an instance. */
const DESK_TYPES: ReadonlySet<Message["type"]> = new Set<Message["type"]>([
  "instance.create",
  "task.create",
  "tasks.enter",
  "task.assign",
  "task.complete",
  "task.fail",
  "task.cancel",
  "task.retry",
  "task.block",
  "task.unblock",
  "task.reopen",
  "task.edit",
  "task.update",
  "dependency.watch",
  "dependency.announce",
  "dependency.settled",
  "dependency.reopened",
  "dependency.reopen",
  "timer.task",
  "task.audit",
]);

function handleTask(turn: Turn, message: Message, task: Task): void {
  switch (message.type) {
    case "task.assign":
      return onAssign(turn, message, task);
    case "task.delegate":
      return onDelegate(turn, message, task);
    case "task.escalate":
      return onEscalate(turn, message, task);
    case "task.reassign":
      return onReassign(turn, message, task);
    case "task.complete":
      return onComplete(turn, message, task);
    case "task.fail":
      return onFail(turn, message, task);
    case "task.cancel":
      return onCancel(turn, message, task);
    case "task.retry":
      return onRetry(turn, message, task);
    case "task.block":
      return onBlock(turn, message, task);
    case "task.unblock":
      return onUnblock(turn, task, false);
    case "task.reopen":
      return onUnblock(turn, task, true);
    case "task.start":
      return onStart(turn, message, task);
    case "task.heartbeat":
      return onHeartbeat(turn, message, task);
    case "task.release":
      return onRelease(turn, message, task);
    case "task.orphaned":
      return onOrphaned(turn, message, task);
    case "task.edit":
      return onEdit(turn, message, task);
    default:
      return handleTaskNotice(turn, message, task);
  }
}

function handleTaskNotice(turn: Turn, message: Message, task: Task): void {
  switch (message.type) {
    case "dependency.watch":
      return onWatch(turn, message, task);
    case "dependency.announce":
      return onAnnounce(turn, task);
    case "dependency.settled":
      return onSettled(turn, message, task);
    case "dependency.reopened":
      return onReopened(turn, message, task);
    case "timer.task":
      return onTaskTimer(turn, task);
    case "task.audit":
      return onAudit(turn, task);
    default:
      throw new Error(`${message.type} is no message about a task that is kept`);
  }
}

/** What comes with a task or a hop that may have moved on meanwhile. */
function handleHop(turn: Turn, message: Message, { task, hop }: Subject): void {
  switch (message.type) {
    case "delegation.rejection":
      return onRejection(turn, message, task);
    case "task.return":
      return onReturn(turn, message, task);
    case "task.update":
      return onUpdate(turn, message, task);
    default:
      if (hop === null) throw new Error(`${message.type} came without its delegation`);
      return handleOffer(turn, message, task, hop);
  }
}

function handleOffer(turn: Turn, message: Message, task: Task | null, hop: Delegation): void {
  switch (message.type) {
    case "task.delegation":
      return onOffer(turn, message, task, hop);
    case "delegation.accept":
    case "delegation.reject":
    case "delegation.withdraw":
      return onDecide(turn, message, hop, task);
    case "delegation.cancellation":
      return onWithdrawn(turn, message, hop, task);
    case "timer.delegation":
      return onOfferTimer(turn, hop, task);
    default:
      throw new Error(`${message.type} is no message about an offer`);
  }
}

function handleOther(turn: Turn, message: Message): void {
  switch (message.type) {
    case "instance.create":
      return onCreate(turn, message.spec);
    case "instance.lifecycle":
      return onLifecycle(turn, message);
    case "instance.claim":
      return onClaim(turn, message);
    case "task.create":
      return onCreateTask(turn, message.spec);
    case "tasks.enter":
      return onEnter(turn, message);
    case "task.reassign":
      return onReassignAsked(turn, message);
    case "task.retry":
    case "dependency.reopen":
      return askKeeperToReopen(turn, message);
    case "route.preview":
      return onPreview(turn, message.spec);
    case "delegation.acceptance":
      return onAcceptance(turn, message);
    case "task.completion":
      return;
    case "instance.status":
      return onStatus(turn, message);
    case "instance.command":
      return onCommand(turn, message.verb);
    case "timer.instance":
      return onInstanceTimer(turn);
    case "instance.started":
      return onStarted(turn);
    case "instance.drained":
      return onDrained(turn);
    default:
      throw new Error(`${message.type} came without its task`);
  }
}
