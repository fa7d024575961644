import { hasWork, isPending } from "./call.ts";
import { isClaimed, isFinal, type Model, type ModelInstance, type ModelTask } from "./model.ts";
import type { World } from "./world.ts";

/** Rounds after which a task that is not final is one that nobody will ever finish. */
const MOST_ROUNDS = 60;

/**
 * The end of all faults: one more restart, everybody runs again, every offer is decided, every task is worked on until
 * nothing is left. Then the rules of a Hopper at rest, and what its doctor says (spec/reliability.md 8.1: F, Q, V).
 */
export async function heal(world: World): Promise<void> {
  world.log.push("heal");
  await world.restart();
  // Drains end, offers and leases expire.
  await world.advance(400_000);
  await world.look();
  await runAll(world);
  await world.advance(61_000);
  await world.look();
  for (let round = 0; openTasks(world).length > 0; round += 1) {
    if (round > MOST_ROUNDS) throw new Error(`V1: never final: ${openTasks(world).map(inWords).join(", ")}`);
    if (await work(world)) continue;
    // Backoffs end, and what is held is offered again.
    await world.advance(301_000);
    await world.look();
    if (await work(world)) continue;
    world.fail(stranded(world.model));
    await giveUp(world);
  }
  await world.look();
  world.fail([...(await overcounted(world)), ...(await diagnosis(world))]);
}

const openTasks = (world: World): ModelTask[] =>
  [...world.model.tasks.values()].filter((task) => !isFinal(task));
const inWords = (task: ModelTask): string => `${task.ref} ${task.status} ${task.held ?? ""}`;

async function runAll(world: World): Promise<void> {
  for (const { id, status } of world.model.instances.values()) {
    if (status === "paused") await world.alone(({ instances }) => instances.resume(id, HEAL));
    else if (RESTING.has(status)) await world.alone(({ instances }) => instances.start(id, HEAL));
  }
}

const HEAL = { by: "heal" };
const RESTING = new Set(["created", "stopped", "error"]);

/** Decides what is on offer, and works through the queues; false = there was nothing to do. */
async function work(world: World): Promise<boolean> {
  const { model } = world;
  let done = 0;
  for (const { id } of [...model.delegations.values()].filter(isPending)) {
    const accepted = await world.alone(({ delegations }) => delegations.accept(id, HEAL));
    if (!accepted.ok)
      await world.alone(({ delegations }) => delegations.reject(id, { ...HEAL, reason: "full" }));
    done += 1;
  }
  for (const { id } of [...model.instances.values()].filter(hasWork(world))) {
    const asked = { ...HEAL, workerId: "heal", max: 3 };
    const claims = await world.alone(({ instances }) => instances.claim(id, asked));
    for (const { task, lease } of claims.ok ? claims.answer : []) {
      await world.alone(({ tasks }) => tasks.complete(task.id, { ...HEAL, leaseToken: lease.token }));
      done += 1;
    }
  }
  // Begun by hand: such a lease runs for a day.
  for (const task of openTasks(world).filter(isClaimed)) {
    await world.alone(({ tasks }) => tasks.complete(task.id, HEAL));
    done += 1;
  }
  await world.look();
  return done > 0;
}

/** V1: nothing is going on, and still a task is held for want of somebody who is there. */
function stranded(model: Model): string[] {
  const wrong: string[] = [];
  for (const task of model.tasks.values()) {
    if (task.status !== "pending" || task.holder === null || task.wasReturned) continue;
    if (!["no_capacity", "no_route", "instance_not_running"].includes(task.held ?? "")) continue;
    const holder = model.instance(task.holder);
    const taker = model.children(holder.id).find((child) => wouldTake(model, task, child));
    if (holder.status === "running" && taker !== undefined) {
      wrong.push(`V1: ${task.ref} is held ${task.held} at ${holder.name}, and ${taker.name} would take it`);
    }
  }
  return wrong;
}

function wouldTake(model: Model, task: ModelTask, child: ModelInstance): boolean {
  const { config } = child;
  return (
    child.status === "running" &&
    model.room(child.id) > 0 &&
    !model.chain(task).includes(child.id) &&
    config["strict_capabilities"] !== true &&
    config["acceptance"] !== "manual" &&
    (task.project === null || task.project === child.name || child.scope !== "PROJECT")
  );
}

/** What is left waits for a person, who does not want it any more. */
async function giveUp(world: World): Promise<void> {
  const [task] = openTasks(world);
  if (task === undefined) return;
  await world.alone(({ tasks }) => tasks.cancel(task.id, HEAL));
  await world.look();
}

/**
 * Nothing is open, so no child of whom only its parent gives work is busy: what a parent counts as open with a child
 * is what it would rank it by.
 */
async function overcounted(world: World): Promise<string[]> {
  const { model } = world;
  const wrong: string[] = [];
  for (const parent of model.instances.values()) {
    if (parent.status !== "running" || parent.scope === "ORCHESTRATION") continue;
    const asked = { title: "anything", instanceId: parent.id };
    const preview = await world.alone(({ route }) => route.preview(asked));
    for (const { instanceId, name, load } of preview.ok ? preview.answer.candidates : []) {
      const fromAbove = [...model.delegations.values()].every(
        (delegation) => delegation.target !== instanceId || delegation.source === parent.id,
      );
      const fromThere = [...model.tasks.values()].some((task) => task.origin === instanceId);
      if (load > 0 && fromAbove && !fromThere)
        wrong.push(`T4: ${parent.name} counts a load of ${load} at ${name}`);
    }
  }
  return wrong;
}

/** Dead letters have been met before, in the journal. */
async function diagnosis({ api }: World): Promise<string[]> {
  const findings = await api.doctor();
  return findings.flatMap(({ check, broken }) => broken.map((line) => `${check}: ${line}`));
}
