import type { Claim } from "../../src/views/views.ts";
import type { DelegationView, InstanceView, TaskView } from "../../src/views/views.ts";
import type { Answer, Call, Lease } from "./call.ts";
import { wrongDelegation, wrongInstance, wrongTask } from "./checks.ts";
import { CODES, type Outcome } from "./outcome.ts";
import type { World } from "./world.ts";

/** Answers that say nothing about what happened: the loop has stopped. */
const UNKNOWN: ReadonlySet<string> = new Set(["unavailable", "draining"]);

/**
 * What is wrong with what a call was answered: by the journal, by what the model expected of a call that was asked
 * alone, and because what is refused does nothing.
 */
export function wrongOutcome(world: World, call: Call, outcome: Outcome, alone: boolean): string[] {
  const name = `${call.name} (${call.by})`;
  const said = outcome.ok ? "ok" : outcome.code;
  if (alone && call.expected !== null && !call.expected.includes(said)) {
    return [`${name} ended ${said}, expected ${call.expected.join(" or ")}`];
  }
  if (!outcome.ok) return wrongRefusal(world, call, outcome.code).map((wrong) => `${name} ${wrong}`);
  keepLeases(world, outcome.answer, call);
  const why = call.confirm?.(outcome.answer, alone) ?? null;
  return [...(why === null ? [] : [`${name}: ${why}`]), ...wrongAnswer(world, call, outcome.answer)];
}

function wrongRefusal(world: World, call: Call, code: string): string[] {
  if (!CODES.has(code)) return [`ended with ${code}`];
  const { lease } = call;
  const isOld = lease !== undefined && world.model.task(lease.task).epoch > lease.epoch;
  if (isOld && code === "lease_lost") world.marks.note("old lease after a requeue");
  // Refused as busy, or by a loop that has stopped: only the second may have happened.
  const isSaid = !UNKNOWN.has(code) || world.fired === "busy";
  const done = world.ownEvents(call).filter(({ event }) => event !== "lease.result_refused");
  if (!isSaid || call.twice || done.length === 0) return [];
  return [`was refused ${code} (M2) and did ${done.map(({ event }) => event).join(", ")}`];
}

function wrongAnswer({ model }: World, call: Call, answer: Answer): string[] {
  switch (call.kind) {
    case "task":
      return wrongTask(model, answer as TaskView);
    case "delegation":
      return wrongDelegation(model, answer as DelegationView);
    case "instance":
      return wrongInstance(model, answer as InstanceView);
    case "claims":
      return (answer as readonly Claim[]).flatMap(({ task }) => wrongTask(model, task));
    case "lease": {
      // The journal does not tell of leases that heartbeats extend.
      const { task: id, epoch } = call.lease as Lease;
      const task = model.task(id);
      if (task.epoch === epoch && task.leaseUntil !== null) {
        const { expiresAt } = answer as { readonly expiresAt: string };
        task.leaseUntil = Math.max(task.leaseUntil, Date.parse(expiresAt));
      }
      return [];
    }
  }
}

/** Leases are kept by who was given them, and used as long as the client likes. */
function keepLeases({ leases }: World, answer: Answer, call: Call): void {
  if (call.kind !== "claims") return;
  for (const { task, lease } of answer as readonly Claim[]) {
    if (leases.some((one) => one.token === lease.token)) continue;
    leases.push({ task: task.id, epoch: task.epoch, token: lease.token });
  }
}
