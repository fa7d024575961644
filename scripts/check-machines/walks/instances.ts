import type { Walk, Walker } from "../walk.ts";
import { SOLO } from "./given.ts";

/** `one` has come to a status. */
const COMES_TO: Readonly<Record<string, (walker: Walker) => Promise<unknown>>> = {
  created: (walker) => walker.instance("one", { ...SOLO, start: false }),
  running: (walker) => walker.instance("one", SOLO),
  async paused(walker) {
    await walker.instance("one", SOLO);
    await walker.does(walker.hopper.instances.pause("one"));
  },
  async stopping(walker) {
    await walker.instance("one", SOLO);
    await walker.claimed("one");
    await walker.does(walker.hopper.instances.stop("one", { wait: false }));
  },
  async stopped(walker) {
    await walker.instance("one", SOLO);
    await walker.does(walker.hopper.instances.stop("one"));
  },
  async error(walker) {
    await walker.instance("one", SOLO);
    await walker.does(walker.hopper.instances.fail("one", { error: "broken" }));
  },
};

const ENDS: Readonly<Record<string, (walker: Walker) => Promise<unknown>>> = {
  fails: ({ does, hopper }) => does(hopper.instances.fail("one", { error: "worse" })),
  "is terminated": ({ does, hopper }) => does(hopper.instances.terminate("one")),
  async "is terminated with its child"(walker) {
    await walker.instance("below", { scope: "ORCHESTRATION", parentId: "one" });
    await walker.does(walker.hopper.instances.terminate("one", { cascade: true }));
  },
};

const ENDED = Object.entries(COMES_TO).flatMap(([status, comes]) =>
  Object.entries(ENDS)
    .filter(([end]) => status !== "error" || end !== "fails")
    .map(([end, ends]): Walk => ({
      name: `an instance that is ${status} ${end}`,
      async run(walker) {
        await comes(walker);
        await ends(walker);
      },
    })),
);

function steps(
  status: string,
  verbs: readonly ("start" | "resume" | "stop" | "recover" | "restart")[],
): Walk {
  return {
    name: `an instance that is ${status}: ${verbs.join(", ")}`,
    async run(walker) {
      await COMES_TO[status]?.(walker);
      for (const verb of verbs) await walker.does(walker.hopper.instances[verb]("one"));
    },
  };
}

/** The life of an instance. */
export const instances: readonly Walk[] = [
  ...ENDED,
  steps("created", ["start"]),
  steps("running", ["restart"]),
  steps("paused", ["resume"]),
  steps("paused", ["stop"]),
  steps("stopped", ["start"]),
  steps("error", ["recover"]),
  {
    name: "an instance drains",
    async run(walker) {
      await COMES_TO["stopping"]?.(walker);
      await walker.passes("5m");
    },
  },
];
