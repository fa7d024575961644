import { expect, onTestFinished } from "vitest";
import type { Scope } from "../../machines/records/instance.ts";
import type { ClaimParams } from "../../src/contracts/instances.ts";
import { spawnHopper, type SpawnedHopper, type SpawnParams } from "../../src/testing/index.ts";
import type { Claim, DelegationView, EventView, InstanceView, TaskView } from "../../src/views/views.ts";
import { Trap } from "./trapped-store.ts";

export interface InstanceSpec {
  readonly name: string;
  readonly scope: Scope;
  readonly config?: InstanceView["config"];
  readonly start?: boolean;
  readonly children?: readonly InstanceSpec[];
}

/** With the usual limits, and with so few turns in a batch that most messages go through the mailbox. */
export const BATCHES: readonly [name: string, SpawnParams][] = [
  ["roomy batches", {}],
  ["tight batches", { limits: { turns: 3 } }],
];

/** A Hopper in memory with these instances, started; closed when the test ends. */
export async function spawnTree(
  roots: readonly InstanceSpec[],
  params: SpawnParams = {},
): Promise<SpawnedHopper> {
  const h = await spawnHopper(params);
  onTestFinished(() => h.close());
  for (const root of roots) await createBelow(h, null, root);
  await h.settle();
  return h;
}

/** Creates an instance, whose id is its name after `id-`, and what is below it; all start, unless they say otherwise. */
export async function createBelow(
  h: SpawnedHopper,
  parentId: string | null,
  { children = [], start = true, ...spec }: InstanceSpec,
): Promise<InstanceView> {
  const id = `id-${spec.name}`;
  const created = await h.instances.create({ ...spec, parentId, id, start });
  for (const child of children) await createBelow(h, id, child);
  return created;
}

type Config = InstanceView["config"];

/** global → webapp → each of the named orchestrations. */
export function tree(
  orchestrations: Readonly<Record<string, Config>> = { build: {} },
  project: Config = {},
): InstanceSpec {
  const children = Object.entries(orchestrations).map(([name, config]) => ({
    name,
    scope: "ORCHESTRATION" as const,
    config,
  }));
  return {
    name: "global",
    scope: "GLOBAL",
    children: [{ name: "webapp", scope: "PROJECT", config: project, children }],
  };
}

/** These instances, read from the store, so that the turns of one can be made to throw. */
export async function spawnTrapped(
  roots: readonly InstanceSpec[],
  params: SpawnParams = {},
): Promise<{ h: SpawnedHopper; trap: Trap }> {
  const trap = new Trap();
  const { wrap = (store) => store } = params;
  const h = await spawnTree(roots, { ...params, wrap: (store) => trap.wrap(wrap(store)) });
  await crashAndRestart(h);
  return { h, trap };
}

export async function crashAndRestart(h: SpawnedHopper): Promise<void> {
  await h.crash();
  await h.restart();
}

/** The next task from an instance's queue. */
export async function claimOne(
  h: SpawnedHopper,
  instance: string,
  params: Partial<ClaimParams> = {},
): Promise<Claim> {
  const [claim] = await h.instances.claim(instance, { workerId: "w1", ...params });
  if (claim === undefined) throw new Error(`nothing to claim at ${instance}`);
  return claim;
}

/** Claims the next task from an instance's queue and completes it. */
export async function completeOne(h: SpawnedHopper, instance: string): Promise<void> {
  const { task, lease } = await claimOne(h, instance);
  await h.tasks.complete(task.id, { leaseToken: lease.token });
  await h.settle();
}

/** How a task stands and with whom: "queued@build", "pending(no_route)@global", "blocked@desk". */
export async function statusOf(h: SpawnedHopper, id: string): Promise<string> {
  return statusIn(await h.tasks.get(id));
}

export function statusIn(task: TaskView): string {
  const held = task.heldReason === null ? "" : `(${task.heldReason})`;
  return `${task.status}${held}@${(task.instanceId ?? "desk").replace(/^id-/u, "")}`;
}

/** The delegations of a task in words: "route global>webapp accepted", with the reason or the outcome of one that ended. */
export async function delegationsOf(h: SpawnedHopper, id: string): Promise<string[]> {
  const { items } = await h.tasks.delegations(id);
  return items.map(inWords);
}

function inWords(delegation: DelegationView): string {
  const end = delegation.reason?.code ?? delegation.result?.outcome;
  const tail = end === undefined ? "" : `:${end}`;
  return `${delegation.delegationType} ${delegation.sourceName}>${delegation.targetName} ${delegation.status}${tail}`;
}

/** The task's events in order; of one name, if it is given. */
export async function eventsOf(h: SpawnedHopper, id: string, name?: string): Promise<EventView[]> {
  const history = await h.history();
  return history.filter((event) => event.taskId === id && (name ?? event.event) === event.event);
}

export const names = (events: readonly EventView[]): string[] => events.map(({ event }) => event);

/** How often an event of this name happened. */
export async function countOf(h: SpawnedHopper, name: string): Promise<number> {
  return names(await h.history()).filter((one) => one === name).length;
}

/** The dead letters, newest first: what each was, about which task, and to whom. */
export async function deadLettersOf(h: SpawnedHopper): Promise<unknown[]> {
  const { items } = await h.hopper.deadLetters.list();
  return items.map(({ type, taskId, toInstanceId }) => [type, taskId, toInstanceId]);
}

/** The code with which a verb is refused. */
export async function refusal(verb: Promise<unknown>): Promise<string> {
  return await verb.then(
    () => "accepted",
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );
}

/** The doctor finds nothing broken, whatever message was given up. */
export async function expectConsistent(h: SpawnedHopper): Promise<void> {
  await h.settle();
  const findings = await h.hopper.doctor();
  expect(findings.flatMap(({ check, broken }) => broken.map((line) => `${check}: ${line}`))).toEqual([]);
}

/** What every scenario ends with: nothing is broken, and no message was given up. */
export async function expectSound(h: SpawnedHopper): Promise<void> {
  await expectConsistent(h);
  expect((await h.hopper.stats()).deadLetters).toBe(0);
}
