import { refuse, type Refusal } from "../../machines/errors.ts";
import {
  instanceLifecycle,
  verbsOf,
  type InstanceContext,
  type InstanceEvent,
} from "../../machines/lifecycles/instance.ts";
import type { LifecycleVerb } from "../../machines/messages/command.ts";
import type { InstanceStatus } from "../../machines/records/instance.ts";
import type { Reply } from "../../machines/records/values.ts";
import type { Entries, MessageOf } from "../engine/entry.ts";
import type { Turn } from "../engine/turn.ts";
import { redecideHeld } from "./held-tasks.ts";
import { leave } from "./termination.ts";
import { releaseWaiting } from "./waiting.ts";

/** The lifecycle of an instance, by its own actor. Source: spec/domain.md 2.2. */
export const lifecycle: Entries<
  | "instance.lifecycle"
  | "instance.audit"
  | "instance.command"
  | "instance.started"
  | "instance.drained"
  | "timer.instance"
> = {
  "instance.lifecycle": { needs: "nothing", admission: "progress", handle: onLifecycle },
  "instance.audit": { needs: "nothing", admission: "progress", handle: onAudit },
  // From a parent: start a child that was just created, or end with the cascade.
  "instance.command": { needs: "nothing", admission: "progress", handle: onCommand },
  "instance.started": { needs: "nothing", admission: "progress", first: true, handle: onStarted },
  "instance.drained": { needs: "nothing", admission: "progress", handle: onDrained },
  "timer.instance": { needs: "nothing", admission: "progress", timer: true, handle: onTimer },
};

/** What a caller's verbs ask of the machine. */
const EVENT_OF = {
  start: "START",
  stop: "STOP",
  restart: "STOP",
  pause: "PAUSE",
  resume: "RESUME",
  recover: "START",
  fail: "FAIL",
  terminate: "TERMINATE",
} as const satisfies Record<LifecycleVerb, InstanceEvent["type"]>;

type Asked = (typeof EVENT_OF)[LifecycleVerb];

function step(turn: Turn, event: InstanceEvent): InstanceStatus | null {
  return instanceLifecycle.step(turn.instance.status, event, contextOf(turn));
}

function contextOf(turn: Turn): InstanceContext {
  return { liveChildren: turn.actor.roster.size, terminating: turn.instance.intent === "terminate" };
}

function onLifecycle(turn: Turn, command: MessageOf<"instance.lifecycle">): void {
  const { verb } = command;
  const { instance } = turn;
  const { status } = instance;
  const live = turn.actor.roster.size;
  if (verb === "terminate" && command.cascade !== true && live > 0 && status !== "terminated")
    return turn.refuse(hasLiveChildren(turn, live));
  // A restart of what is stopped or in error is a START; `recover` is one from error only.
  const restarts = verb === "restart" && (status === "stopped" || status === "error");
  const event = restarts ? "START" : EVENT_OF[verb];
  const answered = verb === "recover" && status !== "error" ? null : step(turn, { type: event });
  if (answered === null) {
    const allowed = verbsOf(instanceLifecycle.allowed(status, contextOf(turn)));
    return turn.refuse(
      refuse("illegal_transition", `${instance.name} is ${status}; ${verb} is not possible then.`, {
        status,
        allowed,
      }),
    );
  }
  perform(turn, command, event, answered);
}

function hasLiveChildren(turn: Turn, live: number): Refusal {
  const { name, status } = turn.instance;
  const children = Array.from(turn.actor.roster.values(), (entry) => entry.name);
  return refuse(
    "has_live_children",
    `${name} has ${live === 1 ? "1 child that is" : `${live} children that are`} not terminated.`,
    { status, children },
  );
}

/** Carries out what the machine has answered. */
function perform(
  turn: Turn,
  command: MessageOf<"instance.lifecycle">,
  event: Asked,
  answered: InstanceStatus,
): void {
  const { reply } = turn.envelope;
  switch (event) {
    case "START":
      return start(turn, reply, answered);
    case "STOP":
      return stop(turn, command, answered);
    case "PAUSE":
      turn.lifecycle("instance.paused", {}, answered);
      return answerInstance(turn);
    case "RESUME":
      return run(turn, answered);
    case "FAIL":
      turn.lifecycle(
        "instance.error",
        { error: command.error ?? { code: "failed", message: "failed by an operator" } },
        answered,
      );
      releaseWaiting(turn);
      return answerInstance(turn);
    case "TERMINATE":
      return terminate(turn, reply, answered);
  }
}

function answerInstance(turn: Turn): void {
  turn.answer({ kind: "instance", instance: { ...turn.instance } });
}

/** START: one turn in `starting`; the actor tells itself STARTED before anything that waits. */
function start(turn: Turn, reply: Reply | null, answered: InstanceStatus): void {
  turn.lifecycle("instance.starting", {}, answered);
  turn.instance.wakeAt = null;
  turn.send(turn.actor.no, { type: "instance.started" }, reply);
}

function onStarted(turn: Turn): void {
  const answered = step(turn, { type: "STARTED" });
  if (answered === null) answerInstance(turn);
  else run(turn, answered);
}

/** It takes work from now on: what it held for not running is decided anew. */
function run(turn: Turn, answered: InstanceStatus): void {
  turn.lifecycle("instance.running", {}, answered);
  redecideHeld(turn, { kind: "running" });
  answerInstance(turn);
}

function stop(turn: Turn, command: MessageOf<"instance.lifecycle">, answered: InstanceStatus): void {
  const { instance } = turn;
  const { reply } = turn.envelope;
  const drainMs = command.drainTimeoutMs ?? turn.config.drainTimeoutMs;
  turn.lifecycle("instance.stopping", command.verb === "restart" ? { intent: "restart" } : {}, answered);
  instance.wakeAt = turn.now + drainMs;
  if (command.wait === false) answerInstance(turn);
  else if (reply !== null) instance.waiting = [...instance.waiting, reply];
}

/** The drain is over when nothing is claimed here any more. */
export function checkDrained(turn: Turn): void {
  const { actor } = turn;
  if (actor.instance?.status !== "stopping" || actor.instance.intent === "terminate") return;
  if (actor.claimed === 0) turn.send(actor.no, { type: "instance.drained" });
}

function onDrained(turn: Turn): void {
  const { instance } = turn;
  const { intent } = instance;
  const answered = turn.actor.claimed > 0 ? null : step(turn, { type: "STOPPED" });
  if (answered === null) return;
  turn.lifecycle("instance.stopped", {}, answered);
  instance.wakeAt = null;
  const restarted = intent === "restart" ? step(turn, { type: "START" }) : null;
  if (restarted === null) return releaseWaiting(turn);
  const [first, ...others] = instance.waiting;
  instance.waiting = others;
  start(turn, first ?? null, restarted);
}

/** TERMINATE: at once without live children, else as a cascade that ends with the last child's report. */
function terminate(turn: Turn, reply: Reply | null, answered: InstanceStatus): void {
  const { instance, actor } = turn;
  if (reply !== null) instance.waiting = [...instance.waiting, reply];
  if (answered === "terminated") return finish(turn, answered);
  if (instance.intent === "terminate") return turn.touchInstance();
  turn.lifecycle("instance.stopping", { intent: "terminate", liveChildren: actor.roster.size }, answered);
  instance.wakeAt = null;
  terminateChildren(turn);
  leave(turn);
}

/** The last turn of its life as a live instance. */
function finish(turn: Turn, answered: InstanceStatus): void {
  const { instance, actor } = turn;
  turn.lifecycle("instance.terminated", { liveChildren: actor.roster.size }, answered);
  instance.wakeAt = null;
  leave(turn);
}

/** Goes on with a start or a cascade whose next message was lost; a drain is looked at after each turn. */
function onAudit(turn: Turn): void {
  const { instance, actor } = turn;
  actor.newsDue = true;
  if (instance.status === "starting") turn.send(actor.no, { type: "instance.started" });
  if (instance.status === "stopping" && instance.intent === "terminate") terminateChildren(turn);
}

function terminateChildren(turn: Turn): void {
  for (const child of turn.actor.roster.keys())
    turn.send(child, { type: "instance.command", verb: "terminate" });
}

function onCommand(turn: Turn, { verb }: MessageOf<"instance.command">): void {
  if (verb === "start") {
    const answered = step(turn, { type: "START" });
    if (answered === null) answerInstance(turn);
    else start(turn, turn.envelope.reply, answered);
    return;
  }
  const answered = step(turn, { type: "TERMINATE" });
  if (answered !== null) terminate(turn, null, answered);
}

/** A child has ended: a cascade that waited for the last one is over. */
export function checkCascade(turn: Turn): void {
  if (turn.actor.instance?.intent !== "terminate") return;
  const answered = step(turn, { type: "TERMINATED" });
  if (answered !== null) finish(turn, answered);
}

/** An ephemeral instance ends itself when it has had a task, none is open and no offer is pending (spec/domain.md 2.2). */
export function checkEphemeral(turn: Turn): void {
  const { actor } = turn;
  const { instance } = actor;
  if (instance === null || instance.type !== "ephemeral" || instance.status === "terminated") return;
  const { done, failed, cancelled } = actor.tally;
  const hasHadATask = done + failed + cancelled > 0 || instance.runtimeMetadata["had_task"] === true;
  if (!hasHadATask || !actor.isEmpty()) {
    if (instance.wakeAt !== null && instance.status !== "stopping") {
      instance.wakeAt = null;
      turn.touchInstance();
    }
    return;
  }
  const { lingerMs } = turn.config;
  if (lingerMs > 0 && (instance.wakeAt === null || instance.wakeAt > turn.now)) {
    instance.wakeAt ??= turn.now + lingerMs;
    return turn.touchInstance();
  }
  const answered = step(turn, { type: "TERMINATE" });
  if (answered !== null) terminate(turn, null, answered);
}

/** Leases that end in one turn; the moment stays due for the others. */
const LEASES_AT_A_TIME = 100;

function endDrain(turn: Turn): void {
  const { instance, actor } = turn;
  let left = LEASES_AT_A_TIME;
  for (const task of actor.tasks.values()) {
    if (left === 0) return;
    if (turn.tryTask(task, "task.requeued", { reason: "drain_timeout" })) left -= 1;
  }
  instance.wakeAt = null;
  turn.touchInstance();
}

/** The moment this instance asked for: a drain gives up, or a linger ends. */
function onTimer(turn: Turn): void {
  const { instance, actor } = turn;
  if (instance.wakeAt === null || instance.wakeAt > turn.now) return;
  if (instance.status === "stopping" && instance.intent !== "terminate") return endDrain(turn);
  if (instance.type === "ephemeral" && actor.isEmpty()) return checkEphemeral(turn);
  instance.wakeAt = null;
  turn.touchInstance();
}
