import { describe, expect, it } from "vitest";
import type { EventName, JournalEvent } from "../../machines/events.ts";
import { differences, foldTask } from "../../machines/fold.ts";
import type { Delegation } from "../../machines/records/delegation.ts";
import type { Task } from "../../machines/records/task.ts";

let position = 0;

function event(
  name: EventName,
  data: JournalEvent["data"] = null,
  delegation: number | null = null,
): JournalEvent {
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
  };
}

/** A task at instance 1 that instance 2 took and completed. */
function story(): JournalEvent[] {
  position = 0;
  return [
    event("task.created", { title: "Build", tags: ["a"], status: "pending", holder: 1 }),
    event("routing.decided", { action: "delegate", reason: "only one" }),
    event("delegation.pending", { source: 1, target: 2, type: "route", seq: 1 }, 4),
    event("delegation.accepted", null, 4),
    event("task.queued"),
    event("task.claimed", { by: "w", until: 9_000 }),
    event("task.completed", { epoch: 1 }),
    event("delegation.completed", { outcome: "succeeded", taskStatus: "done" }, 4),
  ];
}

function folded(events = story()): { task: Task; hops: readonly Delegation[] } {
  const { task, hops } = foldTask(7, events);
  if (task === null) throw new Error("nothing was created");
  return { task, hops };
}

describe("T8: folding the events of a task", () => {
  it("gives the task and its delegations", () => {
    const { task, hops } = folded();
    expect(task).toMatchObject({ no: 7, status: "done", holder: 2, chain: [1, 2], epoch: 1, version: 6 });
    expect(hops).toMatchObject([{ no: 4, status: "completed", outcome: "succeeded", version: 3 }]);
  });

  it("knows a hop that was accepted without an offer", () => {
    const events = story().slice(0, 1);
    events.push(event("delegation.accepted", { source: 1, target: 2, type: "escalate", seq: 1 }, 5));
    expect(folded(events).hops).toMatchObject([{ no: 5, type: "escalate", status: "accepted", version: 2 }]);
  });

  it("gives nothing where nothing was created", () => {
    expect(foldTask(7, story().slice(1))).toEqual({ task: null, hops: [] });
  });
});

describe("T8: rows that are not what the journal tells", () => {
  it("are told by name and field; ids, leases, results and watches are not in the journal", () => {
    const rows = folded();
    const { task, hops } = folded();
    const quiet = { ...task, id: "x", leaseExpiresAt: 5, result: "{}", watched: true };
    expect(differences({ task: quiet, hops }, rows)).toEqual([]);
    const changed = { ...task, status: "failed", chain: [1], error: { code: "x", message: "y" } } as const;
    expect(differences({ task: { ...changed, chain: [1] }, hops }, rows)).toEqual([
      "T-7.status",
      "T-7.chain",
      "T-7.error",
    ]);
  });

  it("may be missing, or too many", () => {
    const rows = folded();
    const [hop] = rows.hops as [Delegation];
    expect(differences({ ...rows, hops: [{ ...hop, version: 9 }] }, rows)).toEqual(["D-4.version"]);
    expect(differences({ ...rows, hops: [] }, rows)).toEqual(["D-4"]);
    expect(differences({ ...rows, hops: [hop, { ...hop, no: 5 }] }, rows)).toEqual(["D-5"]);
    expect(differences(rows, { task: null, hops: rows.hops })).toEqual(["T-7"]);
  });
});
