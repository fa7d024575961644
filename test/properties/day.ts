import { spawnHopper } from "../../src/testing/index.ts";
import { createScopeRegistry } from "../../machines/scopes/registry.ts";
import type { ScopeBehavior } from "../../machines/scopes/behavior.ts";
import { act, hire, overload, redrive } from "./day-actions.ts";
import { DayWorld } from "./day-world.ts";

/**
 * Hours of a random hierarchy under faults of all kinds, through `hopper-runtime/testing` alone, as a user would write it:
 * clients, workers that hang or lie, odd tasks, full disks, failing commits, crashes, clocks that are set, late doorbells.
 * Then the faults end, and what a Hopper owes at rest is looked at (spec/reliability.md 8.1: V1, V2, I5, I6, E5).
 */
export async function playDay(seed: number, hours: number): Promise<ReadonlyMap<string, number>> {
  const h = await spawnHopper({ seed, scopes: { PROJECT: ODD_PROJECT } });
  const day = new DayWorld(h, seed);
  await found(day);
  day.follow();
  const end = h.clock.monotonic() + hours * 3_600_000;
  while (h.clock.monotonic() < end) {
    for (let actions = day.below(6); actions >= 0; actions -= 1) await act(day);
    await day.recover();
    await day.pass(Math.floor(day.random() ** 3 * 600_000));
  }
  await overload(day);
  await heal(day);
  await look(day);
  await h.close();
  return day.met;
}

async function found(day: DayWorld): Promise<void> {
  const { instances } = day.h;
  await instances.create({ name: "global", scope: "GLOBAL", start: true });
  await instances.create({ name: "other", scope: "GLOBAL", start: true });
  await instances.create({ name: "flooded", scope: "GLOBAL", start: true });
  await instances.create({ name: "elsewhere", scope: "PROJECT", parentId: "other", start: true });
  const config = { auto_create_projects: true };
  await instances.create({ name: "auto", scope: "GLOBAL", config, start: true });
  for (const name of ["web", "api"]) {
    const about = { capabilities: [name], auto_create_orchestrations: name === "api" };
    await instances.create({ name, scope: "PROJECT", parentId: "global", config: about, start: true });
    for (const no of [1, 2]) await hire(day, `${name}-${no}`, name);
  }
}

async function heal(day: DayWorld): Promise<void> {
  const h = day.h;
  h.clearFaults();
  h.delayDoorbells(0);
  await day.recover();
  for (let idle = 0; idle < 50; idle += 1) {
    for (const { id, status } of await day.live()) {
      if (status === "paused") await day.ask("resume", () => h.instances.resume(id));
      if (status === "error") await day.ask("recover", () => h.instances.recover(id));
      if (status === "stopped" || status === "created") await day.ask("start", () => h.instances.start(id));
    }
    await redrive(day);
    let worked = 0;
    for (const { id } of await day.places()) {
      const claims =
        (await day.ask("claim", () => h.instances.claim(id, { workerId: "last", max: 50 }))) ?? [];
      worked += claims.length;
      for (const { task, lease } of claims)
        await day.ask("complete", () => h.tasks.complete(task.id, { leaseToken: lease.token, result: null }));
    }
    await h.advance(worked > 0 ? "1s" : "10m");
    if (worked > 0) idle = 0;
    const { items: left } = await h.hopper.tasks.list({ status: UNDER_WAY, limit: 1 });
    if (worked === 0 && left.length === 0) return;
  }
  const { items } = await h.hopper.tasks.list({ status: UNDER_WAY, limit: 5 });
  throw new Error(
    `V1: work that never ends: ${items.map(({ ref, status }) => `${ref} ${status}`).join(", ")}`,
  );
}

async function look(day: DayWorld): Promise<void> {
  const { hopper } = day.h;
  // Every wait but the follower's is over by now.
  await day.h.advance("31m");
  if (day.waiting !== 1) throw new Error(`${day.waiting - 1} who waited were never answered`);
  for (const { id, name, status } of await day.live()) {
    if (status !== "running") throw new Error(`I6: ${name} stays ${status}`);
    // Instance by instance: the flood would hide the others.
    for (const task of (await hopper.tasks.list({ instanceId: id, status: ["pending"], limit: 500 })).items)
      if (task.heldReason === null) throw new Error(`V1: ${task.ref} is pending without a reason`);
  }
  const broken = (await hopper.doctor()).filter(({ broken: lines }) => lines.length > 0);
  if (broken.length > 0) throw new Error(`doctor: ${JSON.stringify(broken)}`);
  const all = (await day.h.history()).map(({ cursor }) => cursor);
  if (all.length !== day.followed.length || all.some((cursor, at) => cursor !== day.followed[at]))
    throw new Error(
      `E5: a follower has read ${day.followed.length} of ${all.length} events, or in another order`,
    );
}

/** Somebody has it in hand, or could have. */
const UNDER_WAY = ["queued", "claimed", "in_progress"] as const;

const PROJECT = createScopeRegistry().behaviorFor("PROJECT");

/** As a PROJECT decides, but for tasks that it cannot stand. */
const ODD_PROJECT: ScopeBehavior = {
  ...PROJECT,
  decide(view, task) {
    const [kind] = task.title.split(" ");
    if (kind === "throws") throw new Error("as drawn");
    if (kind === "silent") return undefined as never;
    if (kind === "promise") return Promise.resolve(null) as never;
    if (kind === "writes") (view.instance as { name: string }).name = "written";
    return PROJECT.decide(view, task);
  },
};
