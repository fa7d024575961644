import type { Delegation } from "../../machines/records/delegation.ts";
import type { Instance, Tally } from "../../machines/records/instance.ts";
import type { Task } from "../../machines/records/task.ts";
import { Directory } from "../../src/door/directory.ts";
import type { DirectoryEntry } from "../../store/store.ts";
import { givenHop, givenInstance, givenTally, givenTask } from "./store-given.ts";

/** Records for the tests of views: whole, with a few fields changed. */

export const AT = Date.parse("2026-03-01T12:00:00.007Z");

export function aTask(changes: Partial<Task> = {}): Task {
  const asked = { title: "Build", source: "library", createdBy: null, createdAt: AT, updatedAt: AT } as const;
  return { ...givenTask(1, { id: "task-1", status: "pending", holder: null, ...asked }), ...changes };
}

export function aHop(changes: Partial<Delegation> = {}): Delegation {
  return givenHop(1, { id: "hop-1", source: 1, target: 2, delegatedAt: AT, routingRound: 0, ...changes });
}

export function anInstance(changes: Partial<Instance> = {}): Instance {
  const moments = { createdAt: AT, updatedAt: AT, startedAt: AT };
  return { ...givenInstance(1, { id: "id-1", name: "global", ...moments, version: 3 }), ...changes };
}

export function aTally(changes: Partial<Tally> = {}): Tally {
  return givenTally(1, changes);
}

export function anEntry(no: number, name: string, changes: Partial<DirectoryEntry> = {}): DirectoryEntry {
  return {
    no,
    id: `id-${no}`,
    name,
    scope: no === 1 ? "GLOBAL" : "PROJECT",
    type: "persistent",
    status: "running",
    parent: no === 1 ? null : 1,
    root: 1,
    ...changes,
  };
}

/** A directory of these, of which the ended ones are looked up. */
export function directoryOf(entries: readonly DirectoryEntry[]): Directory {
  const ended = entries.filter(({ status }) => status === "terminated");
  return new Directory(
    entries.filter((entry) => !ended.includes(entry)),
    (by) =>
      ended.findLast((entry) =>
        "no" in by ? entry.no === by.no : "id" in by ? entry.id === by.id : entry.name === by.ended,
      ),
  );
}
