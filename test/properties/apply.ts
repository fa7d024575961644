import type { AnyEvent } from "../support/any-event.ts";
import type { AppliedEvent } from "./applied-event.ts";
import { applyToDelegation } from "./apply-delegation.ts";
import { applyToTask, leaseEnds } from "./apply-task.ts";
import type { Marks } from "./marks.ts";
import type { Model } from "./model.ts";
import { mayLive, mayStand } from "./rules.ts";

/** Applies one event to the model: what it breaks is noted, and what it changes is changed. */
export function applyEvent(model: Model, marks: Marks, event: AnyEvent): void {
  model.events += 1;
  const applied: AppliedEvent = {
    model,
    marks,
    event,
    at: Date.parse(event.at),
    rule: (holds, id, text) => {
      if (!holds) model.broken.push(`${id} at event ${model.events} ${event.event}: ${text}`);
    },
  };
  if (event.actor !== null) {
    const own = model.byActor.get(event.actor) ?? [];
    model.byActor.set(event.actor, own);
    own.push(event);
  }
  const { event: name } = event;
  if (name.startsWith("instance.")) applyToInstance(applied);
  else if (name.startsWith("delegation.")) applyToDelegation(applied);
  else if (name.startsWith("task.")) applyToTask(applied);
  else if (name === "lease.expired") leaseEnds(applied);
  else if (name === "lease.result_refused") marks.note("late result refused");
  else if (name !== "routing.decided") applied.rule(false, "M8", `nobody expects ${name}`);
}

function applyToInstance(applied: AppliedEvent): void {
  const { model, event, marks } = applied;
  const id = event.instanceId as string;
  const { data, event: name } = event;
  model.touched.instances.add(id);
  if (name === "instance.created") {
    beginInstance(applied, id);
    return;
  }
  if (name === "instance.summary") return;
  const instance = model.instance(id);
  instance.version += 1;
  if (name !== "instance.updated") {
    const isCascade = data["intent"] === "terminate";
    applied.rule(mayLive(name, instance, isCascade), "I3", `${instance.name} was ${instance.status}`);
    if (name === "instance.terminated") {
      const live = model.liveChildren(id).map((child) => child.name);
      applied.rule(live.length === 0, "I1", `${live.join(", ")} live on under ${instance.name}`);
      if (instance.terminating) marks.note("cascade");
    }
    instance.status = name.slice("instance.".length);
    instance.terminating = isCascade;
    const drainSeconds = (instance.config["drain_timeout_seconds"] as number | undefined) ?? 30;
    const isDrain = instance.status === "stopping" && !isCascade;
    instance.drainUntil = isDrain ? applied.at + drainSeconds * 1_000 : null;
  }
  instance.statuses.set(instance.version, instance.status);
}

function beginInstance(applied: AppliedEvent, id: string): void {
  const { model, event, marks } = applied;
  const { data } = event;
  const parent = (data["parent"] as string | null) ?? null;
  const scope = data["scope"] as string;
  const above = parent === null ? null : model.instance(parent);
  applied.rule(!model.instances.has(id), "M2", `${id} is created again`);
  applied.rule(mayStand(scope, above?.scope ?? null), "I1", `${scope} under ${above?.scope}`);
  applied.rule(above?.status !== "terminated", "I1", `${id} is created under a terminated parent`);
  if ((data["name"] as string).includes("-run-")) marks.note("child created for complex work");
  model.instances.set(id, {
    id,
    name: data["name"] as string,
    scope,
    type: data["type"] as string,
    parent,
    config: (data["config"] as { [key: string]: unknown } | undefined) ?? {},
    status: "created",
    terminating: false,
    drainUntil: null,
    version: 1,
    statuses: new Map([[1, "created"]]),
  });
}
