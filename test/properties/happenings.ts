import type { EventView } from "../../src/views/views.ts";
import type { Happening } from "./happening.ts";
import { happenToHop } from "./happenings-hop.ts";
import { happenToTask, leaseEnds } from "./happenings-task.ts";
import type { Marks } from "./marks.ts";
import type { Model } from "./model.ts";
import { mayLive, mayStand } from "./rules.ts";

/** Tells the model one event: what it breaks, and what it changes. */
export function happen(model: Model, marks: Marks, event: EventView): void {
  model.events += 1;
  const happening: Happening = {
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
  if (name.startsWith("instance.")) happenToInstance(happening);
  else if (name.startsWith("delegation.")) happenToHop(happening);
  else if (name.startsWith("task.")) happenToTask(happening);
  else if (name === "lease.expired") leaseEnds(happening);
  else if (name === "lease.result_refused") marks.note("late result refused");
  else if (name !== "routing.decided") happening.rule(false, "M8", `nobody expects ${name}`);
}

function happenToInstance(happening: Happening): void {
  const { model, event, marks } = happening;
  const id = event.instanceId as string;
  const { data, event: name } = event;
  model.touched.instances.add(id);
  if (name === "instance.created") {
    beginInstance(happening, id);
    return;
  }
  if (name === "instance.summary") return;
  const instance = model.instance(id);
  instance.version += 1;
  if (name !== "instance.updated") {
    const isCascade = data["intent"] === "terminate";
    happening.rule(mayLive(name, instance, isCascade), "I3", `${instance.name} was ${instance.status}`);
    if (name === "instance.terminated") {
      const live = model.liveChildren(id).map((child) => child.name);
      happening.rule(live.length === 0, "I1", `${live.join(", ")} live on under ${instance.name}`);
      if (instance.terminating) marks.note("cascade");
    }
    instance.status = name.slice("instance.".length);
    instance.terminating = isCascade;
    const drainSeconds = (instance.config["drain_timeout_seconds"] as number | undefined) ?? 30;
    const isDrain = instance.status === "stopping" && !isCascade;
    instance.drainUntil = isDrain ? happening.at + drainSeconds * 1_000 : null;
  }
  instance.statuses.set(instance.version, instance.status);
}

function beginInstance(happening: Happening, id: string): void {
  const { model, event, marks } = happening;
  const { data } = event;
  const parent = (data["parent"] as string | null) ?? null;
  const scope = data["scope"] as string;
  const above = parent === null ? null : model.instance(parent);
  happening.rule(!model.instances.has(id), "M2", `${id} is created again`);
  happening.rule(mayStand(scope, above?.scope ?? null), "I1", `${scope} under ${above?.scope}`);
  happening.rule(above?.status !== "terminated", "I1", `${id} is created under a terminated parent`);
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
