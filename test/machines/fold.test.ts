import { describe, expect, it } from "vitest";
import type { EventName } from "../../machines/events/catalogue.ts";
import type { JournalEvent } from "../../machines/events/journal-event.ts";
import { differences, foldInstance, foldTask, instanceDifferences } from "../../machines/fold.ts";
import type { Delegation } from "../../machines/records/delegation.ts";
import type { Instance } from "../../machines/records/instance.ts";
import type { Task } from "../../machines/records/task.ts";

let position = 0;

function event(name: EventName, data: object = {}, delegation: number | null = null): JournalEvent {
  position += 1;
  return {
    position,
    at: 1_000 + position,
    name,
    instance: 1,
    task: 7,
    delegation,
    actor: null,
    cause: -1,
    data,
  } as JournalEvent;
}

/** A task at instance 1 that instance 2 took and completed. */
function story(): JournalEvent[] {
  position = 0;
  return [
    event("task.created", { title: "Build", tags: ["a"], status: "pending", holder: 1 }),
    event("routing.decided", { action: "delegate", reason: "only one" }),
    event("delegation.pending", { source: 1, target: 2, type: "route", seq: 1 }, 4),
    event("delegation.accepted", {}, 4),
    event("task.queued"),
    event("task.claimed", { by: "w", until: 9_000 }),
    event("task.completed", { epoch: 1 }),
    event("delegation.completed", { outcome: "succeeded", taskStatus: "done" }, 4),
  ];
}

function folded(events = story()): { task: Task; delegations: readonly Delegation[] } {
  const { task, delegations } = foldTask(7, events);
  if (task === null) throw new Error("nothing was created");
  return { task, delegations };
}

describe("T8: folding the events of a task", () => {
  it("gives the task and its delegations", () => {
    const { task, delegations } = folded();
    expect(task).toMatchObject({ no: 7, status: "done", holder: 2, chain: [1, 2], epoch: 1, version: 6 });
    expect(delegations).toMatchObject([{ no: 4, status: "completed", outcome: "succeeded", version: 3 }]);
  });

  it("knows a hop that was accepted without an offer", () => {
    const events = story().slice(0, 1);
    events.push(event("delegation.accepted", { source: 1, target: 2, type: "escalate", seq: 1 }, 5));
    expect(folded(events).delegations).toMatchObject([
      { no: 5, type: "escalate", status: "accepted", version: 2 },
    ]);
  });

  it("names an event that a machine does not accept, and goes on without it", () => {
    const [created, ...others] = story();
    const told = [created as JournalEvent, event("task.unblocked"), ...others];
    const { task, unaccepted } = foldTask(7, told);
    expect(task?.status).toBe("done");
    expect(unaccepted).toEqual(["event 9, task.unblocked is not accepted in the status pending"]);
    const broken = { ...event("task.held"), data: null } as unknown as JournalEvent;
    expect(() => foldTask(7, [...story(), broken])).toThrow(TypeError);
  });

  it("gives nothing where nothing was created", () => {
    expect(foldTask(7, story().slice(1))).toEqual({ task: null, delegations: [], unaccepted: [] });
  });
});

describe("T8: rows that are not what the journal tells", () => {
  it("are told by name and field; ids, leases, results and watches are not in the journal", () => {
    const rows = folded();
    const { task, delegations } = folded();
    const quiet = { ...task, id: "x", leaseExpiresAt: 5, result: "{}", watched: true };
    expect(differences({ task: quiet, delegations }, rows)).toEqual([]);
    const changed = { ...task, status: "failed", chain: [1], error: { code: "x", message: "y" } } as const;
    expect(differences({ task: { ...changed, chain: [1] }, delegations }, rows)).toEqual([
      "T-7.status",
      "T-7.chain",
      "T-7.error",
    ]);
  });

  it("may be missing, or too many", () => {
    const rows = folded();
    const [hop] = rows.delegations as [Delegation];
    expect(differences({ ...rows, delegations: [{ ...hop, version: 9 }] }, rows)).toEqual(["D-4.version"]);
    expect(differences({ ...rows, delegations: [] }, rows)).toEqual(["D-4"]);
    expect(differences({ ...rows, delegations: [hop, { ...hop, no: 5 }] }, rows)).toEqual(["D-5"]);
    expect(differences(rows, { task: null, delegations: rows.delegations })).toEqual(["T-7"]);
  });
});

describe("T8: folding the events of an instance", () => {
  const life = (): JournalEvent[] => {
    position = 0;
    return [
      event("instance.created", { name: "build", scope: "ORCHESTRATION", type: "persistent", parent: null }),
      event("instance.starting"),
      event("instance.running"),
      event("instance.paused"),
      event("instance.running"),
      event("instance.updated", { runtimeMetadata: { a: 1 } }),
      event("instance.stopping", { intent: "restart" }),
      event("instance.stopped"),
    ];
  };

  it("gives its row, but for where it stands and when it wakes", () => {
    const { instance, unaccepted } = foldInstance(3, life());
    expect(unaccepted).toEqual([]);
    expect(instance).toMatchObject({ no: 3, name: "build", status: "stopped", intent: null, version: 8 });
    expect(instance).toMatchObject({
      startedAt: 1_003,
      stoppedAt: 1_008,
      runtimeMetadata: { a: 1 },
      config: {},
    });
    const row = { ...(instance as Instance), id: "x", depth: 3, wakeAt: 5 };
    expect(instanceDifferences(row, instance)).toEqual([]);
    expect(instanceDifferences({ ...row, name: "other" }, instance)).toEqual(["I-3.name"]);
  });

  it("names an event that its machine does not accept; without a beginning there is nothing", () => {
    const told = [...life(), event("instance.paused")];
    expect(foldInstance(3, told).unaccepted).toEqual([
      "event 9, instance.paused is not accepted in the status stopped",
    ]);
    const { instance } = foldInstance(3, told.slice(1));
    expect(instance).toBeNull();
    expect(instanceDifferences({ no: 3 } as Instance, instance)).toEqual(["I-3"]);
  });
});
