import { refuse, type Refusal } from "../../machines/errors.ts";
import { allowedParents, allowedPlaces, mayParent } from "../../machines/legality.ts";
import type { InstanceSpec, PlannedInstance } from "../../machines/messages/command.ts";
import type { Instance, RosterEntry } from "../../machines/records/instance.ts";
import { effectiveConfig, handedDown, LIMITS } from "../../machines/settings.ts";
import { limitOf } from "../../machines/policies/capacity.ts";
import type { Entries, MessageOf } from "../engine/entry.ts";
import type { Turn } from "../engine/turn.ts";
import { introduction } from "./children.ts";

/** Creating instances: a root is made by the desk, a child by its parent (spec/runtime.md 3.1). */
export const instances: Entries<"instance.create"> = {
  "instance.create": {
    needs: "nothing",
    admission: "work",
    load: ({ spec }) => ({ records: 1, chars: charsOf(spec) }),
    desk: true,
    handle: onCreate,
  },
};

function onCreate(turn: Turn, { spec }: MessageOf<"instance.create">): void {
  const refusal = (turn.actor.isDesk ? checkRoot(spec) : checkChild(turn, spec)) ?? checkName(turn, spec);
  if (refusal !== null) return turn.refuse(refusal);
  const made = turn.actor.isDesk ? insertInstance(turn, spec, null) : insertChild(turn, spec);
  // With start: it answers once it runs.
  if (spec.start) turn.send(made.no, { type: "instance.command", verb: "start" }, turn.envelope.reply);
  else turn.answer({ kind: "instance", instance: { ...made } });
}

/** The store has the last word; what is foreseen here is an answer, and kept with the command's key. */
function checkName(turn: Turn, spec: InstanceSpec): Refusal | null {
  for (const field of ["id", "name"] as const) {
    const text = spec[field];
    if (text === null || !turn.isNameTaken(text)) continue;
    const detail = `${field} ${JSON.stringify(text)} is the name or id of an instance`;
    return refuse("already_exists", detail, { field });
  }
  return null;
}

/** Of the texts that may be long. */
function charsOf({ description, config }: InstanceSpec): number {
  return (description?.length ?? 0) + JSON.stringify(config).length;
}

function checkRoot(spec: InstanceSpec): Refusal | null {
  if (mayParent(spec.scope, null)) return null;
  const allowed = allowedParents(spec.scope).map(String);
  return refuse(
    "invalid_parent",
    `${spec.scope} needs a parent: it may stand ${allowedPlaces(spec.scope)}.`,
    { scope: spec.scope, allowed },
  );
}

function checkChild(turn: Turn, spec: InstanceSpec): Refusal | null {
  const parent = turn.instance;
  const facts = { scope: spec.scope, parent: parent.name, allowed: allowedParents(spec.scope).map(String) };
  if (parent.status === "terminated" || parent.intent === "terminate")
    return refuse(
      "invalid_parent",
      `${parent.name} is terminated and takes no children; ${spec.scope} may stand ${allowedPlaces(spec.scope)}, where that one lives.`,
      facts,
    );
  if (!mayParent(spec.scope, parent.scope)) {
    return refuse(
      "invalid_parent",
      `${parent.name} is ${parent.scope}, which cannot be the parent of ${spec.scope}; that may stand ${allowedPlaces(spec.scope)}.`,
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

/** Inserts a child of this actor, and puts it on the roster. */
export function insertChild(turn: Turn, spec: InstanceSpec): Instance {
  const instance = insertInstance(turn, spec, turn.instance);
  const entry = rosterEntry(turn, instance);
  turn.enrol(entry);
  return instance;
}

/** Inserts an instance; `above`: its parent, null for a root. */
export function insertInstance(turn: Turn, spec: InstanceSpec, above: PlannedInstance["above"]): Instance {
  const { id, name, scope, type, config, description } = spec;
  return turn.insertInstance(
    "instance.created",
    {
      name,
      scope,
      type,
      parent: above?.no ?? null,
      ...(Object.keys(config).length === 0 ? {} : { config }),
      ...(description === null ? {} : { description }),
    },
    {
      id,
      depth: (above?.depth ?? 0) + 1,
      root: above?.root ?? null,
      inherited: above === null ? {} : handedDown(above, turn.settings),
    },
  );
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
  };
}
