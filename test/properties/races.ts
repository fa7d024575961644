import { claimCall, lifeCall } from "./calls-instance.ts";
import { delegationCall, leasedCall, taskCall } from "./calls-task.ts";
import { hasWork, isHeld, pick, type Call, type Lease } from "./call.ts";
import type { RaceName, VerbName } from "./cases.ts";
import type { Rare } from "./marks.ts";
import { isOpen, type ModelDelegation, type ModelInstance } from "./model.ts";
import { fullFor, heldFor, leaseFor, offerFor, planFor, toward, type Ask, type Race } from "./race-setup.ts";
import type { Asked } from "./steps.ts";
import type { World } from "./world.ts";

/** Who runs, until when the clock moves meanwhile, and what it was called when it is over. */
export interface Start {
  readonly calls: readonly Call[];
  readonly moment?: number;
  /** Seconds that go by when they have run. */
  readonly wait?: number;
  readonly name?: (asked: readonly Asked[]) => Rare | null;
}

/** Brings about what the race is for, where it is not there already. null = it cannot be had here. */
export async function startRace(world: World, race: Race, ask: Ask): Promise<Start | null> {
  const [one, other] = race.race.split(", ") as [string, string];
  switch (one) {
    case "accept": {
      const delegation = await offerFor(world, race, ask);
      return delegation === null ? null : aboutOffer(world, race, { delegation, other });
    }
    case "complete": {
      const lease = await leaseFor(world, race, ask);
      if (lease === null) return null;
      if (other === "heartbeat") return await aboutHeartbeat(world, race, lease);
      if (other === "late complete") return await aboutLate(world, race, { lease, ask });
      return aboutLease(world, race, { lease, other });
    }
    case "claim":
      return aboutClaims(world, race);
    case "delegate":
      return await aboutFull(world, race, ask);
    default:
      return aboutTask(world, race);
  }
}

function aboutOffer(
  world: World,
  race: Race,
  { delegation, other }: { delegation: ModelDelegation; other: string },
): Start {
  const { model } = world;
  const accept = delegationCall(planFor(world, race, "accept", 0), delegation);
  if (other === "expiry") {
    const name = ([accepted]: readonly Asked[]): Rare | null => {
      if (accepted?.outcome.ok === true) return "accept beat expiry";
      return model.delegation(delegation.id).reason === "expired" ? "expiry beat accept" : null;
    };
    return { calls: [accept], moment: Math.max(world.now, delegation.expiresAt ?? 0), name };
  }
  if (other === "reject" || other === "withdraw") {
    const end = delegationCall(planFor(world, race, other, 1), delegation);
    const won = other === "reject" ? "reject beat accept" : "withdrawal beat accept";
    return { calls: [accept, end], name: (asked) => (beat(asked, 1, 0) ? won : null) };
  }
  if (other === "terminate" || other === "pause") {
    return { calls: [accept, lifeCall(planFor(world, race, other, 1), model.instance(delegation.target))] };
  }
  if (other === "complete delegation")
    return { calls: [delegationCall(planFor(world, race, other, 1), delegation), accept] };
  const verb = other === "cancel" ? "cancel" : "complete by hand";
  const end = taskCall(planFor(world, race, verb, 1), model.task(delegation.task));
  return { calls: end === null ? [accept] : [accept, end] };
}

function beat(asked: readonly Asked[], winner: number, loser: number): boolean {
  const lost = asked[loser]?.outcome;
  return asked[winner]?.outcome.ok === true && lost?.ok === false && lost.code !== "unavailable";
}

function aboutLease(world: World, race: Race, { lease, other }: { lease: Lease; other: string }): Start {
  const { model } = world;
  const task = model.task(lease.task);
  const complete = leasedCall(planFor(world, race, "complete", 0), lease);
  switch (other) {
    case "lease expiry":
      return {
        calls: [complete],
        moment: Math.max(world.now, task.leaseUntil ?? 0),
        name: ([asked]) => (isLost(asked) ? "lease expiry beat complete" : null),
      };
    case "cancel": {
      const cancel = taskCall(planFor(world, race, "cancel", 1), task);
      const name = (asked: readonly Asked[]): Rare | null => {
        if (beat(asked, 0, 1)) return "complete beat cancel";
        return beat(asked, 1, 0) ? "cancel beat complete" : null;
      };
      return { calls: cancel === null ? [complete] : [complete, cancel], name };
    }
    case "escalate": {
      const escalate = taskCall(planFor(world, race, "escalate", 1), task);
      return { calls: escalate === null ? [complete] : [complete, escalate] };
    }
    default:
      return aboutHolder(world, race, { complete, holder: model.instance(task.holder as string), other });
  }
}

/** Where the task is worked on goes away: it is terminated, its parent with all below it, or it is drained. */
function aboutHolder(
  world: World,
  race: Race,
  { complete, holder, other }: { complete: Call; holder: ModelInstance; other: string },
): Start {
  if (other === "drain") {
    // The worker does not finish in time.
    return { calls: [lifeCall(planFor(world, race, "stop", 0), holder)], wait: 11 };
  }
  const plan = planFor(world, race, "terminate", 1);
  if (other === "terminate" || holder.parent === null) return { calls: [complete, lifeCall(plan, holder)] };
  const cascade = { ...plan, verb: { ...plan.verb, flag: true } };
  return { calls: [complete, lifeCall(cascade, world.model.instance(holder.parent))] };
}

/** A worker says in time that it is alive, and has its lease when the old one would be over. */
async function aboutHeartbeat(world: World, race: Race, lease: Lease): Promise<Start | null> {
  await world.advance(20_000);
  await world.look();
  if (!isHeld(world.model, lease)) return null;
  return { calls: [leasedCall(planFor(world, race, "heartbeat", 0), lease)], wait: 15 };
}

/** A worker that was thought dead comes back when another has the task. */
async function aboutLate(
  world: World,
  race: Race,
  { lease, ask }: { lease: Lease; ask: Ask },
): Promise<Start | null> {
  const { model } = world;
  const task = model.task(lease.task);
  await world.advance(40_000);
  await world.look();
  if (task.status !== "queued") return null;
  const holder = model.instance(task.holder as string);
  if (hasWork(world)(holder)) await ask(world, claimCall(planFor(world, race, "claim", 0), holder));
  const other = world.leases.find((one) => one.task === lease.task && isHeld(model, one));
  const late = leasedCall(planFor(world, race, "complete", 0), lease);
  if (other === undefined) return { calls: [late] };
  return { calls: [late, leasedCall(planFor(world, race, "complete", 1), other)] };
}

function isLost(asked: Asked | undefined): boolean {
  return asked?.outcome.ok === false && asked.outcome.code === "lease_lost";
}

function aboutClaims(world: World, race: Race): Start | null {
  const place = pick([...world.model.instances.values()].filter(hasWork(world)), race.pick);
  if (place === undefined) return null;
  const calls = ([0, 1] as const).map((n) => claimCall(planFor(world, race, "claim", n), place));
  const isShort = ({ outcome }: Asked): boolean =>
    outcome.ok && (outcome.answer as readonly unknown[]).length === 0;
  return { calls, name: (asked) => (asked.some(isShort) ? "two claims wanted one task" : null) };
}

/** An offer to one that is full, while a worker there may finish something. */
async function aboutFull(world: World, race: Race, ask: Ask): Promise<Start | null> {
  const { model } = world;
  const taker = await fullFor(world, race, ask);
  if (taker === null) return null;
  const task = await heldFor(world, { race, ask, place: model.instance(taker.parent as string) });
  if (task === null) return null;
  const delegate = taskCall(toward(world, { race, task, taker, isForced: true }), task);
  const calls = [delegate, claimCall(planFor(world, race, "claim", 1), taker)].filter(
    (call) => call !== null,
  );
  const name = (): Rare | null => {
    const delegation = [...model.delegations.values()].findLast((one) => one.task === task.id);
    return delegation?.reason === "at_capacity" ? "full one refused" : null;
  };
  return { calls, name };
}

function aboutTask(world: World, race: Race): Start | null {
  const task = pick(
    [...world.model.tasks.values()].filter((one) => isOpen(one) || one.status !== "done"),
    race.pick,
  );
  if (task === undefined) return null;
  const verbs: readonly VerbName[] =
    race.race === ("cancel, retry" satisfies RaceName) ? ["cancel", "retry"] : [];
  const calls = verbs.map((verb, n) => taskCall(planFor(world, race, verb, n === 0 ? 0 : 1), task));
  return { calls: calls.filter((call) => call !== null) };
}
