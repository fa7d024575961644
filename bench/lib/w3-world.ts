import { createHopper, type Hopper, type InstanceConfig, type Scope } from "../../src/index.ts";

/**
 * The hierarchy of W3 (spec/performance.md 9.1): one GLOBAL, eight PROJECTs told apart by a capability tag, four
 * ORCHESTRATIONs in each. Limits are far above what is in flight, so that nothing is held.
 */

export const PROJECTS = 8;
const PER_PROJECT = 4;
const ROOMY = { max_concurrent_tasks: 10_000, max_queued_tasks: 100_000 };

export const GLOBAL_NAME = "global";
export const tagOf = (project: number): string => `tag-${project}`;

/** Names of the orchestrations, where workers claim. */
export const PLACES: readonly string[] = Array.from(
  { length: PROJECTS * PER_PROJECT },
  (_, place) => `project-${Math.floor(place / PER_PROJECT)}-${place % PER_PROJECT}`,
);

/** An instance of the hierarchy as it is created. */
interface WorldInstance {
  readonly name: string;
  readonly scope: Scope;
  readonly parentId?: string;
  readonly config?: InstanceConfig;
}

function projectWithPlaces(_: unknown, project: number): WorldInstance[] {
  const name = `project-${project}`;
  const config = { ...ROOMY, capabilities: [tagOf(project)] };
  const places = PLACES.slice(project * PER_PROJECT, (project + 1) * PER_PROJECT);
  return [
    { name, scope: "PROJECT", parentId: GLOBAL_NAME, config },
    ...places.map((place) => ({ name: place, scope: "ORCHESTRATION", parentId: name, config }) as const),
  ];
}

/** Every instance, a parent before its children. */
export const WORLD: readonly WorldInstance[] = [
  { name: GLOBAL_NAME, scope: "GLOBAL" },
  ...Array.from({ length: PROJECTS }, projectWithPlaces).flat(),
];

export const urlOf = (file: string): string => `sqlite:${file}`;

/** Makes and starts the hierarchy in an empty store. */
export async function createWorld(hopper: Hopper): Promise<void> {
  for (const instance of WORLD) await hopper.instances.create({ ...instance, start: true });
  await hopper.settle();
}

/** A new store file with the hierarchy in it, closed. */
export async function createWorldFile(file: string): Promise<void> {
  const hopper = await createHopper({ store: urlOf(file) });
  await createWorld(hopper);
  await hopper.close();
}
