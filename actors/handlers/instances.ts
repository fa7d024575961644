import type { EventData } from "../../machines/events/catalogue.ts";
import { instanceLifecycle } from "../../machines/lifecycles/instance.ts";
import { refuse, type Refusal } from "../../machines/errors.ts";
import { allowedParents, mayParent } from "../../machines/legality.ts";
import type { InstanceSpec } from "../../machines/messages/command.ts";
import type { Instance, InstanceConfig, RosterEntry } from "../../machines/records/instance.ts";
import type { InstanceNo } from "../../machines/records/values.ts";
import { effectiveConfig, handedDown, LIMITS } from "../../machines/settings.ts";
import { limitOf } from "../../machines/policies/capacity.ts";
import type { Entries, MessageOf } from "../engine/entry.ts";
import type { Turn } from "../engine/turn.ts";
import { introduction } from "./children.ts";

/** Creating instances: a root is made by the desk, a child by its parent (3-runtime.md 3.1). */
export const instances: Entries<"instance.create"> = {
  "instance.create": { needs: "nothing", admission: "work", desk: true, handle: onCreate },
};

function onCreate(turn: Turn, { spec }: MessageOf<"instance.create">): void {
  const refusal = turn.actor.isDesk ? checkRoot(spec) : checkChild(turn, spec);
  if (refusal !== null) return turn.refuse(refusal);
  const child = turn.actor.isDesk ? createRoot(turn, spec) : createChild(turn, spec);
  // With start: the child answers once it runs.
  if (!spec.start) turn.answer({ kind: "instance", instance: { ...child } });
}

function checkRoot(spec: InstanceSpec): Refusal | null {
  if (mayParent(spec.scope, null)) return null;
  const allowed = allowedParents(spec.scope).map(String);
  return refuse("invalid_parent", `${spec.scope} needs a parent.`, { scope: spec.scope, allowed });
}

function checkChild(turn: Turn, spec: InstanceSpec): Refusal | null {
  const parent = turn.instance;
  const facts = { scope: spec.scope, parent: parent.name, allowed: allowedParents(spec.scope).map(String) };
  if (parent.status === "terminated" || parent.intent === "terminate")
    return refuse("invalid_parent", `${parent.name} is terminated and takes no children.`, facts);
  if (!mayParent(spec.scope, parent.scope)) {
    return refuse(
      "invalid_parent",
      `${parent.name} is ${parent.scope}, which cannot be the parent of ${spec.scope}.`,
      facts,
    );
  }
  if (parent.depth >= LIMITS.depth) {
    return refuse(
      "invalid_parent",
      `${parent.name} is at depth ${parent.depth}; ${LIMITS.depth} is the deepest.`,
      facts,
    );
  }
  return null;
}

function createRoot(turn: Turn, spec: InstanceSpec): Instance {
  const no = (turn.batch.counters.instance += 1);
  const instance = newInstance(turn, spec, { no, parent: null, depth: 1, root: no, inherited: {} });
  turn.insertInstance(instance, "instance.created", instanceCreated(spec, null));
  if (spec.start) turn.send(no, { type: "instance.command", verb: "start" }, turn.envelope.reply);
  return instance;
}

/** Inserts a child of this actor, puts it on the roster, and starts it when asked. */
export function createChild(turn: Turn, spec: InstanceSpec & { readonly named?: string | null }): Instance {
  const parent = turn.instance;
  const no = (turn.batch.counters.instance += 1);
  const named = { ...spec, name: spec.named ?? spec.name };
  const instance = newInstance(turn, named, {
    no,
    parent: parent.no,
    depth: parent.depth + 1,
    root: parent.root,
    inherited: handedDown(parent, turn.settings),
  });
  turn.insertInstance(instance, "instance.created", instanceCreated(named, parent.no));
  const entry = rosterEntry(turn, instance);
  turn.actor.roster.set(no, entry);
  turn.actor.textIndex = null;
  turn.touchRoster(entry);
  if (spec.start) {
    const reply = turn.envelope.message.type === "instance.create" ? turn.envelope.reply : null;
    turn.send(no, { type: "instance.command", verb: "start" }, reply);
  }
  return instance;
}

interface Place {
  readonly no: InstanceNo;
  readonly parent: InstanceNo | null;
  readonly depth: number;
  readonly root: InstanceNo;
  readonly inherited: InstanceConfig;
}

export function newInstance(turn: Turn, spec: InstanceSpec, place: Place): Instance {
  return {
    ...place,
    id: spec.id ?? turn.world.ids.uuid(turn.now),
    name: spec.name,
    scope: spec.scope,
    type: spec.type,
    config: spec.config,
    runtimeMetadata: {},
    status: instanceLifecycle.initial,
    description: spec.description,
    createdBy: turn.envelope.by,
    createdAt: turn.now,
    updatedAt: turn.now,
    startedAt: null,
    stoppedAt: null,
    version: 1,
    intent: null,
    wakeAt: null,
    waiting: [],
  };
}

/** Data of `instance.created`: what folding needs to make the row. */
export function instanceCreated(
  spec: InstanceSpec,
  parent: InstanceNo | null,
): EventData<"instance.created"> {
  return {
    name: spec.name,
    scope: spec.scope,
    type: spec.type,
    parent,
    ...(Object.keys(spec.config).length === 0 ? {} : { config: spec.config }),
    ...(spec.description === null ? {} : { description: spec.description }),
  };
}

function rosterEntry(turn: Turn, child: Instance): RosterEntry {
  const config = effectiveConfig(child, turn.settings);
  return {
    ...introduction(child, config),
    parent: turn.actor.no,
    child: child.no,
    room: limitOf(config),
    openElsewhere: 0,
    ownOpen: 0,
    childVersion: 0,
    backoffUntil: null,
    refusals: 0,
  };
}
