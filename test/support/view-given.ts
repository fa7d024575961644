import { emptyTally, type Instance, type Tally } from "../../machines/records/instance.ts";
import type { Delegation } from "../../machines/records/delegation.ts";
import type { Task } from "../../machines/records/task.ts";
import { createHop } from "../../machines/evolve/delegation.ts";
import { createTask } from "../../machines/evolve/task-created.ts";
import type { DirectoryEntry } from "../../store/store.ts";

/** Records for the tests of views: whole, with a few fields changed. */

export const AT = Date.parse("2026-03-01T12:00:00.007Z");

const happening = (data: Record<string, unknown>) => ({
  name: "task.created" as const,
  position: 1,
  at: AT,
  instance: 1,
  data,
});

export function aTask(changes: Partial<Task> = {}): Task {
  return { ...createTask(1, "task-1", happening({ title: "Build" })), ...changes };
}

export function aHop(changes: Partial<Delegation> = {}): Delegation {
  return {
    ...createHop(1, "hop-1", 1, happening({ source: 1, target: 2, type: "route", seq: 1 })),
    ...changes,
  };
}

export function anInstance(changes: Partial<Instance> = {}): Instance {
  return {
    no: 1,
    id: "id-1",
    name: "global",
    scope: "GLOBAL",
    type: "persistent",
    parent: null,
    depth: 1,
    root: 1,
    config: {},
    inherited: {},
    runtimeMetadata: {},
    status: "running",
    description: null,
    createdBy: "cli:ada",
    createdAt: AT,
    updatedAt: AT,
    startedAt: AT,
    stoppedAt: null,
    version: 3,
    intent: null,
    wakeAt: null,
    waiting: [],
    ...changes,
  };
}

export function aTally(changes: Partial<Tally> = {}): Tally {
  return { ...emptyTally(1), ...changes };
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
