import { refuse } from "../../machines/errors.ts";
import { instanceLifecycle, verbsOf, type InstanceEvent } from "../../machines/lifecycles/instance.ts";
import type { Command, LifecycleVerb } from "../../machines/messages/command.ts";
import type { InstanceStatus } from "../../machines/records/instance.ts";
import type { Reply } from "../../machines/records/values.ts";
import { handBackAll } from "./returns.ts";
import { endLease } from "./leases.ts";
import { redecideHeld } from "./roster.ts";
import type { Turn } from "../engine/turn.ts";

/** The lifecycle of an instance, by its own actor. Source: 2-domain.md 2.2. */

const EVENT_OF: Record<LifecycleVerb, InstanceEvent["type"]> = {
  start: "START",
  stop: "STOP",
  restart: "STOP",
  pause: "PAUSE",
  resume: "RESUME",
  recover: "START",
  fail: "FAIL",
  terminate: "TERMINATE",
};

function step(turn: Turn, event: InstanceEvent): InstanceStatus | null {
  return instanceLifecycle.step(turn.instance.status, event, lifecycleContext(turn));
}

function lifecycleContext(turn: Turn): { liveChildren: number; terminating: boolean } {
  return { liveChildren: turn.actor.liveChildren(), terminating: turn.instance.intent === "terminate" };
}

export function onLifecycle(turn: Turn, command: Extract<Command, { type: "instance.lifecycle" }>): void {
  const { verb } = command;
  const { instance } = turn;
  const live = turn.actor.liveChildren();
  if (verb === "terminate" && command.cascade !== true && live > 0 && instance.status !== "terminated") {
    turn.refuse(
      refuse(
        "has_live_children",
        `${instance.name} has ${live === 1 ? "1 child that is" : `${live} children that are`} not terminated.`,
        {
          status: instance.status,
          children: [...turn.actor.roster.values()]
            .filter((entry) => entry.status !== "terminated")
            .map((entry) => entry.name),
        },
      ),
    );
    return;
  }
  const next =
    verb === "recover" && instance.status !== "error" ? null : step(turn, { type: EVENT_OF[verb] });
  // A restart of what is stopped or in error is a START.
  if (verb === "restart" && next === null && (instance.status === "stopped" || instance.status === "error")) {
    start(turn, turn.envelope.reply);
    return;
  }
  if (next === null) {
    const allowed = verbsOf(instanceLifecycle.allowed(instance.status, lifecycleContext(turn)));
    turn.refuse(
      refuse("illegal_transition", `${instance.name} is ${instance.status}; ${verb} is not possible then.`, {
        status: instance.status,
        allowed,
      }),
    );
    return;
  }
  perform(turn, command);
}

function perform(turn: Turn, command: Extract<Command, { type: "instance.lifecycle" }>): void {
  const { reply } = turn.envelope;
  switch (command.verb) {
    case "start":
    case "recover":
      start(turn, reply);
      return;
    case "stop":
    case "restart":
      stop(turn, command, reply);
      return;
    case "pause":
      turn.lifecycle("instance.paused");
      answerInstance(turn);
      return;
    case "resume":
      turn.lifecycle("instance.running");
      redecideHeld(turn, "all");
      answerInstance(turn);
      return;
    case "fail":
      turn.lifecycle("instance.error", {
        error: command.error ?? { code: "failed", message: "failed by an operator" },
      });
      releaseWaiting(turn);
      answerInstance(turn);
      return;
    case "terminate":
      terminate(turn, reply);
      return;
  }
}

function answerInstance(turn: Turn): void {
  turn.answer({ kind: "instance", instance: { ...turn.instance } });
}

/** START: one turn in `starting`; the actor tells itself STARTED before anything that waits. */
function start(turn: Turn, reply: Reply | null): void {
  turn.lifecycle("instance.starting");
  turn.instance.wakeAt = null;
  turn.send(turn.actor.no, { type: "instance.started" }, reply);
}

export function onStarted(turn: Turn): void {
  if (step(turn, { type: "STARTED" }) === null) {
    answerInstance(turn);
    return;
  }
  turn.lifecycle("instance.running");
  redecideHeld(turn, "all");
  answerInstance(turn);
}

function stop(
  turn: Turn,
  command: Extract<Command, { type: "instance.lifecycle" }>,
  reply: Reply | null,
): void {
  const { instance } = turn;
  const drainMs = command.drainTimeoutMs ?? turn.config.drainTimeoutMs;
  turn.lifecycle("instance.stopping", command.verb === "restart" ? { intent: "restart" } : null);
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

export function onDrained(turn: Turn): void {
  const { instance } = turn;
  const { intent } = instance;
  if (turn.actor.claimed > 0 || step(turn, { type: "STOPPED" }) === null) return;
  turn.lifecycle("instance.stopped");
  instance.wakeAt = null;
  if (intent === "restart") {
    const [first, ...others] = instance.waiting;
    instance.waiting = others;
    start(turn, first ?? null);
    return;
  }
  releaseWaiting(turn);
}

function releaseWaiting(turn: Turn): void {
  const { instance } = turn;
  const waiting = instance.waiting;
  if (waiting.length === 0) return;
  instance.waiting = [];
  turn.touchInstance();
  for (const reply of waiting) turn.answerTo(reply, { kind: "instance", instance: { ...instance } });
}

/** TERMINATE: at once without live children, else as a cascade that ends with the last child's report. */
function terminate(turn: Turn, reply: Reply | null): void {
  const { instance, actor } = turn;
  if (actor.liveChildren() === 0) {
    finish(turn);
    turn.answerTo(reply, { kind: "instance", instance: { ...instance } });
    return;
  }
  if (reply !== null) instance.waiting = [...instance.waiting, reply];
  if (instance.intent === "terminate") {
    turn.touchInstance();
    return;
  }
  turn.lifecycle("instance.stopping", { intent: "terminate" });
  instance.wakeAt = null;
  for (const entry of actor.roster.values()) {
    if (entry.status !== "terminated")
      turn.send(entry.child, { type: "instance.command", verb: "terminate" });
  }
  handBackAll(turn);
}

/** The last turn of its life as a live instance: hands back what it holds, and says how it went. */
function finish(turn: Turn): void {
  const { instance, actor } = turn;
  turn.lifecycle("instance.terminated");
  instance.wakeAt = null;
  handBackAll(turn);
  const { done, failed, cancelled } = actor.tally;
  turn.note("instance.summary", { done, failed, cancelled, lifetimeMs: turn.now - instance.createdAt });
  releaseWaiting(turn);
}

export function onCommand(turn: Turn, verb: "start" | "terminate"): void {
  if (verb === "start") {
    if (step(turn, { type: "START" }) !== null) start(turn, turn.envelope.reply);
    else answerInstance(turn);
    return;
  }
  if (step(turn, { type: "TERMINATE" }) !== null) terminate(turn, null);
}

/** A child has ended: a cascade that waited for the last one is over. */
export function checkCascade(turn: Turn): void {
  if (turn.actor.instance?.intent !== "terminate") return;
  if (step(turn, { type: "TERMINATED" }) !== null) finish(turn);
}

/** An ephemeral instance ends itself when it has had a task, none is open and no offer is pending (2.2). */
export function checkEphemeral(turn: Turn): void {
  const { instance } = turn.actor;
  if (instance === null || instance.type !== "ephemeral" || instance.status === "terminated") return;
  const { actor } = turn;
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
    turn.touchInstance();
    return;
  }
  if (actor.liveChildren() === 0) finish(turn);
  else terminate(turn, null);
}

/** The moment this instance asked for: a drain gives up, a linger ends, a refusing child is tried again. */
export function onInstanceTimer(turn: Turn): void {
  const { instance, actor } = turn;
  if (instance.wakeAt === null || instance.wakeAt > turn.now) return;
  if (instance.status === "stopping" && instance.intent !== "terminate") {
    for (const task of actor.tasks.values()) {
      if (task.status === "claimed" || task.status === "in_progress") endLease(turn, task, "drain_timeout");
    }
    instance.wakeAt = null;
    turn.touchInstance();
    return;
  }
  const { type } = instance;
  if (type === "ephemeral" && actor.isEmpty()) {
    checkEphemeral(turn);
    return;
  }
  instance.wakeAt = null;
  turn.touchInstance();
  redecideHeld(turn, "backoff");
}
