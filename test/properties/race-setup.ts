import { claimCall } from "./calls-instance.ts";
import { addCall, taskCall } from "./calls-task.ts";
import { isHeld, isPending, pick, type Call, type Lease, type Plan } from "./call.ts";
import type { Step, Verb, VerbName } from "./cases.ts";
import type { ModelDelegation, ModelInstance, ModelTask } from "./model.ts";
import type { World } from "./world.ts";

/** What a race needs before it can begin: looked for, or brought about. */
export type Race = Extract<Step, { do: "race" }>;

export type Ask = (world: World, call: Call | null) => Promise<void>;

/** A plan for a verb of the race; the n-th of those that run has the n-th lead. */
export function planFor(world: World, race: Race, verb: VerbName, n: 0 | 1): Plan {
  world.calls += 1;
  const given: Verb = {
    verb,
    pick: race.pick,
    other: 3,
    astray: false,
    flag: false,
    keyed: race.fault !== null,
    twice: false,
    lead: race.leads[n],
  };
  return { model: world.model, leases: world.leases, now: world.now, verb: given, no: world.calls };
}

function running(world: World, scope: string): ModelInstance[] {
  return [...world.model.instances.values()].filter((one) => one.scope === scope && one.status === "running");
}

/** A pending offer; where there is none, a held task is offered to somebody who lets offers wait. */
export async function offerFor(world: World, race: Race, ask: Ask): Promise<ModelDelegation | null> {
  const { model } = world;
  const pending = (): ModelDelegation | undefined =>
    pick([...model.delegations.values()].filter(isPending), race.pick);
  const there = pending();
  if (there !== undefined && model.room(there.target) > 0) return there;
  const takers = running(world, "ORCHESTRATION").filter(
    (one) =>
      one.parent !== null &&
      model.instance(one.parent).status === "running" &&
      one.config["acceptance"] !== "auto" &&
      model.room(one.id) > 0,
  );
  const taker = pick(takers, race.pick);
  if (taker === undefined) return there ?? null;
  const task = await heldFor(world, { race, ask, place: model.instance(taker.parent as string) });
  if (task === null) return null;
  await ask(world, taskCall(toward(world, { race, task, taker, isForced: false }), task));
  return task.pendingOffer === null ? null : model.delegation(task.pendingOffer);
}

/** A new task that is held at this place, because it is not to be routed. */
export async function heldFor(
  world: World,
  { race, ask, place }: { race: Race; ask: Ask; place: ModelInstance },
): Promise<ModelTask | null> {
  const add = planFor(world, race, "add", 0);
  await ask(world, addCall({ ...add, verb: { ...add.verb, other: NOT_ROUTED, keyed: false } }, place));
  const task = [...world.model.tasks.values()].find((one) => one.title === `task ${add.no}`);
  return task === undefined || task.held === null ? null : task;
}

const NOT_ROUTED = 5;

/** The plan to delegate a task to this child of its holder. */
export function toward(
  world: World,
  params: { race: Race; task: ModelTask; taker: ModelInstance; isForced: boolean },
): Plan {
  const { race, task, taker, isForced } = params;
  const plan = planFor(world, race, "delegate", 0);
  const children = world.model.childrenOf(task);
  // Every fourth number has the offer decided at once.
  let other = children.indexOf(taker);
  while ((other % 4 === 0) !== isForced && other < 4 * children.length) other += children.length;
  return { ...plan, verb: { ...plan.verb, other } };
}

/** An orchestration that is full, or becomes so by tasks that are created there. */
export async function fullFor(world: World, race: Race, ask: Ask): Promise<ModelInstance | null> {
  const { model } = world;
  const small = running(world, "ORCHESTRATION").filter(
    ({ id, parent }) => parent !== null && model.instance(parent).status === "running" && model.room(id) <= 2,
  );
  const place = pick(small, race.pick);
  if (place === undefined) return null;
  while (model.room(place.id) > 0) {
    const add = addCall(planFor(world, race, "add", 0), place);
    if (add === null) return null;
    await ask(world, add);
  }
  return place;
}

/** A live lease; where there is none, somebody claims. */
export async function leaseFor(world: World, race: Race, ask: Ask): Promise<Lease | null> {
  const { model } = world;
  const live = (): Lease | undefined =>
    pick(
      world.leases.filter((lease) => isHeld(model, lease)),
      race.pick,
    );
  const there = live();
  if (there !== undefined) return there;
  const queues = running(world, "ORCHESTRATION").filter(
    (one) => model.claimed(one.id) < model.mostClaimed(one.id),
  );
  const place = pick(queues, race.pick);
  if (place === undefined) return null;
  await ask(world, addCall(planFor(world, race, "add", 0), place));
  await ask(world, claimCall(planFor(world, race, "claim", 0), place));
  return live() ?? null;
}
