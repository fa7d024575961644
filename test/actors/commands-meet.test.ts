import { describe, expect, it } from "vitest";
import type { Hopper } from "../../src/hopper.ts";
import { apart, expectOneAnswerEach, spawnFaulty, type FaultyTree } from "../support/answers.ts";
import { claimOne, expectSound, type InstanceSpec } from "../support/spawned.ts";

/**
 * Two commands that meet, each with its first turn in a batch of its own: what one of them sends arrives only when
 * the other has had its say. Whoever wins, each is answered once, and nothing is lost or left behind.
 */

interface Given extends FaultyTree {
  /** Came from webapp, claimed at one. */
  readonly claimed: string;
  readonly leaseToken: string;
  /** Created and queued at one. */
  readonly queued: string;
  /** Created at one and cancelled. */
  readonly final: string;
  /** Held at webapp, not to be routed. */
  readonly held: string;
  /** The offer of a task to two, which waits for a person. */
  readonly hop: string;
}

const forest: InstanceSpec = {
  name: "global",
  scope: "GLOBAL",
  children: [
    {
      name: "webapp",
      scope: "PROJECT",
      config: { child_defaults: { on_failure: "reassign" } },
      children: [
        { name: "one", scope: "ORCHESTRATION" },
        { name: "two", scope: "ORCHESTRATION", config: { acceptance: "manual" } },
        { name: "three", scope: "ORCHESTRATION", config: { max_concurrent_tasks: 1, max_queued_tasks: 0 } },
      ],
    },
  ],
};

async function given(): Promise<Given> {
  const world = await spawnFaulty([forest]);
  const { h } = world;
  const claimed = await h.tasks.add({ title: "claimed", instanceId: "webapp" });
  await h.settle();
  const { lease } = await claimOne(h, "one");
  const held = await h.tasks.add({ title: "held", instanceId: "webapp", route: false });
  const offered = await h.tasks.add({ title: "offered", instanceId: "webapp", route: false });
  const hop = await h.tasks.delegate(offered.id, { targetInstanceId: "two" });
  const final = await h.tasks.add({ title: "final", instanceId: "one" });
  await h.tasks.cancel(final.id);
  const queued = await h.tasks.add({ title: "queued", instanceId: "one" });
  await h.settle();
  return {
    ...world,
    claimed: claimed.id,
    leaseToken: lease.token,
    queued: queued.id,
    final: final.id,
    held: held.id,
    hop: hop.ref,
  };
}

type Ask = (hopper: Hopper, given: Given, idempotencyKey: string) => Promise<unknown>;

const MOVES: Readonly<Record<string, Ask>> = {
  "tasks.complete": ({ tasks }, { claimed, leaseToken }, idempotencyKey) =>
    tasks.complete(claimed, { leaseToken, idempotencyKey }),
  "tasks.fail, which others are to mend": ({ tasks }, { claimed, leaseToken }, idempotencyKey) =>
    tasks.fail(claimed, { leaseToken, error: "no", retryable: false, idempotencyKey }),
  "tasks.escalate of what came from above": ({ tasks }, { claimed }, idempotencyKey) =>
    tasks.escalate(claimed, { idempotencyKey }),
  "tasks.escalate of what began there": ({ tasks }, { queued }, idempotencyKey) =>
    tasks.escalate(queued, { idempotencyKey }),
  "tasks.reassign of what came from above": ({ tasks }, { claimed }, idempotencyKey) =>
    tasks.reassign(claimed, { targetInstanceId: "three", idempotencyKey }),
  "tasks.reassign of what began there": ({ tasks }, { queued }, idempotencyKey) =>
    tasks.reassign(queued, { targetInstanceId: "three", idempotencyKey }),
  "tasks.retry": ({ tasks }, { final }, idempotencyKey) => tasks.retry(final, { idempotencyKey }),
  "tasks.delegate": ({ tasks }, { held }, idempotencyKey) =>
    tasks.delegate(held, { targetInstanceId: "one", autoAccept: true, idempotencyKey }),
  "delegations.accept": ({ delegations }, { hop }, idempotencyKey) =>
    delegations.accept(hop, { idempotencyKey }),
  "tasks.add": ({ tasks }, _given, idempotencyKey) =>
    tasks.add({ title: "new", instanceId: "webapp", idempotencyKey }),
};

const ENDS: Readonly<Record<string, Ask>> = {
  "the task is cancelled": ({ tasks }, { claimed }, idempotencyKey) =>
    tasks.cancel(claimed, { idempotencyKey }),
  "the other task is escalated": ({ tasks }, { queued }, idempotencyKey) =>
    tasks.escalate(queued, { idempotencyKey }),
  "the offer is withdrawn": ({ delegations }, { hop }, idempotencyKey) =>
    delegations.cancel(hop, { idempotencyKey }),
  "one is terminated": ({ instances }, _given, idempotencyKey) =>
    instances.terminate("one", { idempotencyKey }),
  "two is terminated": ({ instances }, _given, idempotencyKey) =>
    instances.terminate("two", { idempotencyKey }),
  "webapp is terminated with all below it": ({ instances }, _given, idempotencyKey) =>
    instances.terminate("webapp", { cascade: true, idempotencyKey }),
  "webapp is paused": ({ instances }, _given, idempotencyKey) =>
    instances.pause("webapp", { idempotencyKey }),
};

/** What a caller must not hear of two commands that met. */
const BROKEN = ["no answer", "internal", "unavailable", "already_exists", "timed_out"];

describe.each(Object.entries(MOVES))("given %s", (_move, move) => {
  it.each(Object.entries(ENDS))(
    "when %s at once, then each is answered once, whichever comes first, and the store is sound",
    async (_end, end) => {
      for (const isMoveFirst of [true, false]) {
        const world = await given();
        const { h } = world;
        const before = world.answers.length;
        const moving = (): Promise<unknown> => move(h.hopper, world, "move");
        const ending = (): Promise<unknown> => end(h.hopper, world, "end");
        const outcomes = await apart(world, ...(isMoveFirst ? [moving, ending] : [ending, moving]));
        for (const outcome of outcomes) {
          if (typeof outcome !== "string") continue;
          expect(BROKEN).not.toContain(outcome);
          expect(outcome).not.toMatch(/error/iu);
        }
        expectOneAnswerEach(world.answers.slice(before), 2);
        await expectSound(h);
      }
    },
  );
});
