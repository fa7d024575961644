import { expect, onTestFinished } from "vitest";
import type { Claim } from "../../src/api/instances.ts";
import { spawnHopper, type SpawnedHopper, type SpawnParams } from "../../src/testing/index.ts";
import type { DelegationView, EventView, InstanceView, TaskView } from "../../src/views/views.ts";

export interface NodeSpec {
  readonly name: string;
  readonly scope: string;
  readonly config?: InstanceView["config"];
  readonly start?: boolean;
  readonly children?: readonly NodeSpec[];
}

/** A Hopper in memory with these instances, started; closed when the test ends. */
export async function grown(roots: readonly NodeSpec[], params: SpawnParams = {}): Promise<SpawnedHopper> {
  const h = await spawnHopper(params);
  onTestFinished(() => h.close());
  for (const root of roots) await plant(h, root, null);
  await h.settle();
  return h;
}

/** Creates an instance and what is below it; all start, unless they say otherwise. */
export async function plant(h: SpawnedHopper, node: NodeSpec, parentId: string | null): Promise<void> {
  await h.instances.create({
    name: node.name,
    scope: node.scope,
    parentId,
    id: `id-${node.name}`,
    start: node.start ?? true,
    ...(node.config === undefined ? {} : { config: node.config }),
  });
  for (const child of node.children ?? []) await plant(h, child, `id-${node.name}`);
}

type Config = InstanceView["config"];

/** global → webapp → each of the named orchestrations. */
export function tree(
  orchestrations: Readonly<Record<string, Config>> = { build: {} },
  project: Config = {},
): NodeSpec {
  return {
    name: "global",
    scope: "GLOBAL",
    children: [
      {
        name: "webapp",
        scope: "PROJECT",
        config: project,
        children: Object.entries(orchestrations).map(([name, config]) => ({
          name,
          scope: "ORCHESTRATION",
          config,
        })),
      },
    ],
  };
}

/** The next task from an instance's queue. */
export async function claimOne(h: SpawnedHopper, instance: string, workerId = "w1"): Promise<Claim> {
  const [claim] = await h.instances.claim(instance, { workerId });
  if (claim === undefined) throw new Error(`nothing to claim at ${instance}`);
  return claim;
}

/** Where a task is and how: "queued@build". */
export async function whereIs(h: SpawnedHopper, task: { id: string }): Promise<string> {
  return place(await h.tasks.get(task.id));
}

export function place(task: TaskView): string {
  const held = task.heldReason === null ? "" : `(${task.heldReason})`;
  return `${task.status}${held}@${(task.instanceId ?? "desk").replace(/^id-/u, "")}`;
}

/** The hops of a task in words: "route global>webapp accepted", with the reason of a refused one. */
export async function hopsOf(h: SpawnedHopper, task: { id: string }): Promise<string[]> {
  const { items } = await h.tasks.delegations(task.id);
  return items.map(inWords);
}

export function inWords(hop: DelegationView): string {
  const end = hop.reason?.code ?? hop.result?.outcome;
  const tail = end === undefined ? "" : `:${end}`;
  return `${hop.delegationType} ${hop.sourceName}>${hop.targetName} ${hop.status}${tail}`;
}

/** The task's events in order. */
export async function storyOf(h: SpawnedHopper, task: { id: string }): Promise<EventView[]> {
  return (await h.history()).filter((event) => event.taskId === task.id);
}

export const names = (events: readonly EventView[]): string[] => events.map(({ event }) => event);

/** The code with which a verb is refused. */
export async function refusal(verb: Promise<unknown>): Promise<string> {
  return await verb.then(
    () => "accepted",
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );
}

/** What every walk ends with: nothing is broken, nothing is lost on the way. */
export async function expectSound(h: SpawnedHopper): Promise<void> {
  await h.settle();
  const findings = await h.hopper.doctor();
  expect(findings.flatMap((finding) => finding.broken.map((line) => `${finding.check}: ${line}`))).toEqual(
    [],
  );
  expect((await h.hopper.stats()).deadLetters).toBe(0);
}
