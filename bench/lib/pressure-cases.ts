import type { CreateTaskParams, Hopper } from "../../src/index.ts";
import { AT_ONCE, make, many, addMany, ROOMY, line, claimAndComplete, ignored } from "./pressure-world.ts";

/** What waits, how much of it, and what is measured beside it; by the public library alone. */
export interface Pressure {
  readonly name: string;
  /** How much waits in the small and in the large case. */
  readonly sizes: readonly [small: number, large: number];
  /** Has so much wait. */
  readonly build: (hopper: Hopper, waiting: number) => Promise<void>;
  /** What is timed, one after the other. */
  readonly op: (hopper: Hopper, turn: number) => Promise<unknown>;
  /** How often it is timed. Default 100. */
  readonly times?: number;
}

/** Idle long polls at the one ORCHESTRATION, by what each can do. */
function polls(of: (index: number) => { readonly capabilities?: string[] }): Pressure["build"] {
  return async (hopper, waiting) => {
    await line(hopper);
    await many(waiting, async (index) => {
      const params = { workerId: `w-${index}`, ...of(index), waitSeconds: 50 };
      ignored(hopper.instances.claim("build", params));
    });
    await hopper.settle();
  };
}

const addCobol: Pressure["op"] = (hopper, turn) =>
  hopper.tasks.add({ title: `One ${turn}`, tags: ["cobol"], instanceId: "build" });

export const PRESSURES: readonly Pressure[] = [
  {
    name: "add, beside tasks held for an unknown project",
    sizes: [300, 30_000],
    async build(hopper, waiting) {
      await line(hopper);
      await addMany(hopper, waiting, { instanceId: "global", project: "unknown" });
    },
    op: (hopper, turn) => hopper.tasks.add({ title: `One ${turn}`, instanceId: "global" }),
  },
  {
    name: "claim and complete, below a PROJECT with four full children and a backlog",
    sizes: [100, 10_000],
    async build(hopper, waiting) {
      await make(hopper, "global", "GLOBAL", null);
      await make(hopper, "web", "PROJECT", "global", { max_queued_tasks: 1_000_000 });
      for (const at of FOUR) {
        await make(hopper, at, "ORCHESTRATION", "web", { max_concurrent_tasks: 2, max_queued_tasks: 10 });
      }
      await addMany(hopper, waiting + 48, { instanceId: "web" });
    },
    op: (hopper, turn) => claimAndComplete(hopper, FOUR[turn % 4] ?? ""),
  },
  {
    name: "claim and complete, below a GLOBAL with tasks held for want of room",
    sizes: [500, 50_000],
    async build(hopper, waiting) {
      await make(hopper, "global", "GLOBAL", null);
      const tight = { max_concurrent_tasks: 2, max_queued_tasks: 10, auto_delegate: false };
      await make(hopper, "web", "PROJECT", "global", tight);
      await addMany(hopper, waiting + 12, { instanceId: "global" });
    },
    op: (hopper) => claimAndComplete(hopper, "web"),
  },
  {
    name: "add, beside waits for other tasks",
    sizes: [50, 5_000],
    build: buildWaits,
    op: (hopper, turn) => hopper.tasks.add({ title: `One ${turn}`, instanceId: "build" }),
  },
  {
    name: "add, beside idle long polls of its queue",
    sizes: [30, 3_000],
    build: polls(() => ({ capabilities: [] })),
    op: addCobol,
  },
  {
    name: "add, beside idle long polls of its queue, no two alike",
    sizes: [30, 3_000],
    build: polls((index) => ({ capabilities: [`skill-${index}`] })),
    op: addCobol,
  },
  {
    name: "add and its claim, beside idle long polls of its queue",
    sizes: [30, 3_000],
    build: polls(() => ({})),
    op: (hopper, turn) => hopper.tasks.add({ title: `One ${turn}`, instanceId: "build" }),
    times: 20,
  },
  {
    name: "claim by what a worker can do, over a queue of other work",
    sizes: [1_000, 100_000],
    async build(hopper, waiting) {
      await line(hopper);
      await addMany(hopper, waiting, { instanceId: "build", tags: ["java"] });
      await addMany(hopper, 200, { instanceId: "build", tags: ["cobol"], priority: "low" });
    },
    async op(hopper) {
      const claims = await hopper.instances.claim("build", { workerId: "one", capabilities: ["cobol"] });
      if (claims.length !== 1) throw new Error("nothing to claim");
    },
  },
  {
    name: "claim that finds nothing, over a queue of other work",
    sizes: [1_000, 100_000],
    async build(hopper, waiting) {
      await line(hopper);
      await addMany(hopper, waiting, { instanceId: "build", tags: ["java"] });
    },
    op: (hopper) => hopper.instances.claim("build", { workerId: "one", capabilities: ["cobol"] }),
  },
  {
    name: "add, at a PROJECT with full children",
    sizes: [30, 3_000],
    async build(hopper, waiting) {
      await make(hopper, "global", "GLOBAL", null);
      await make(hopper, "web", "PROJECT", "global", { auto_create_orchestrations: false, ...ROOMY });
      await many(waiting, (index) =>
        make(hopper, `full-${index}`, "ORCHESTRATION", "web", {
          max_concurrent_tasks: 1,
          max_queued_tasks: 0,
        }),
      );
      await addMany(hopper, waiting, { instanceId: "web" });
    },
    op: (hopper, turn) => hopper.tasks.add({ title: `One ${turn}`, instanceId: "web" }),
  },
  {
    name: "the first page of a long queue",
    sizes: [1_000, 100_000],
    async build(hopper, waiting) {
      await line(hopper);
      await addMany(hopper, waiting, { instanceId: "build" });
    },
    op: (hopper) => hopper.instances.queue("build"),
    times: 10,
  },
];

const FOUR = ["one", "two", "three", "four"];

/** Something that moves much at once: what is measured is how long nothing else could run. */
export interface Burst {
  readonly name: string;
  readonly sizes: readonly [small: number, large: number];
  readonly build: (hopper: Hopper, size: number) => Promise<void>;
  readonly op: (hopper: Hopper, size: number) => Promise<unknown>;
}

/** Tasks in batches of a thousand. */
async function addBatches(hopper: Hopper, count: number, params: Partial<CreateTaskParams>): Promise<void> {
  for (let done = 0; done < count; done += AT_ONCE) {
    const size = Math.min(AT_ONCE, count - done);
    await hopper.tasks.addBatch(
      Array.from({ length: size }, (_, at) => ({ title: `Task ${done + at}`, ...params })),
    );
    await hopper.settle();
  }
}

export const BURSTS: readonly Burst[] = [
  {
    name: "addBatch over three levels",
    sizes: [100, 1_000],
    async build(hopper) {
      await line(hopper);
      // Compiled code is not what is measured.
      for (let round = 0; round < 10; round += 1) await addBatches(hopper, 500, { instanceId: "global" });
    },
    op: (hopper, size) => addBatches(hopper, size, { instanceId: "global" }),
  },
  {
    name: "the end of a task that others wait for",
    sizes: [1_000, 100_000],
    async build(hopper, size) {
      await line(hopper);
      const { id } = await hopper.tasks.add({ title: "First", instanceId: "build" });
      await addBatches(hopper, size, { instanceId: "build", dependsOn: [id] });
    },
    async op(hopper) {
      await claimAndComplete(hopper, "build");
      await hopper.settle();
    },
  },
  {
    name: "the start of a child that held tasks wait for",
    sizes: [300, 30_000],
    async build(hopper, size) {
      await make(hopper, "global", "GLOBAL", null);
      await addBatches(hopper, size, { instanceId: "global" });
    },
    async op(hopper) {
      await make(hopper, "web", "PROJECT", "global", { ...ROOMY, auto_delegate: false });
      await hopper.settle();
    },
  },
  {
    name: "the end of an instance with a long queue",
    sizes: [300, 30_000],
    async build(hopper, size) {
      await line(hopper);
      await addBatches(hopper, size, { instanceId: "build" });
    },
    async op(hopper) {
      await hopper.instances.terminate("build");
      await hopper.settle();
    },
  },
];

/** So many wait for one task of `build` that nobody does. */
export async function buildWaits(hopper: Hopper, waiting: number): Promise<void> {
  await line(hopper);
  const { id } = await hopper.tasks.add({ title: "Long", instanceId: "build" });
  for (let index = 0; index < waiting; index++) ignored(hopper.tasks.wait(id));
  await hopper.settle();
}

/** Adds without waiting for one before the next; resolves when each has been answered, also with a refusal. */
export async function floodWith(
  hopper: Hopper,
  { adds, instances }: { adds: number; instances: number },
): Promise<void> {
  await make(hopper, "global", "GLOBAL", null);
  await make(hopper, "web", "PROJECT", "global", ROOMY);
  for (let index = 0; index < instances; index += 1)
    await make(hopper, `build-${index}`, "ORCHESTRATION", "web", ROOMY);
  let open = adds;
  const { promise: answered, resolve } = Promise.withResolvers<void>();
  const count = (): void => {
    open -= 1;
    if (open === 0) resolve();
  };
  for (let index = 0; index < adds; index += 1) {
    const asked = hopper.tasks.add({ title: `Task ${index}`, instanceId: `build-${index % instances}` });
    void asked.then(count, count);
  }
  await answered;
}

/** Has so many orchestrations created, each for a task, which ends it. */
export async function endMany(hopper: Hopper, count: number): Promise<void> {
  const { items } = await hopper.instances.list({ scope: "PROJECT" });
  if (items.length === 0) {
    await make(hopper, "global", "GLOBAL", null);
    await make(hopper, "web", "PROJECT", "global");
  }
  for (let index = 0; index < count; index += 1) {
    const complex = { tags: ["a", "b", "c"], priority: "high" } as const;
    const { id } = await hopper.tasks.add({ title: `Task ${index}`, instanceId: "web", ...complex });
    await hopper.settle();
    await claimAndComplete(hopper, (await hopper.tasks.get(id)).instanceId ?? "");
  }
  await hopper.settle();
}
