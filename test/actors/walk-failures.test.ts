import { describe, expect, it } from "vitest";
import { seededRandom, type SpawnedHopper } from "../../src/testing/index.ts";
import {
  claimOne,
  expectSound,
  grown,
  hopsOf,
  refusal,
  storyOf,
  tree,
  whereIs,
} from "../support/hopper-given.ts";

/** The worker at the task's holder fails it for good. */
async function failThere(h: SpawnedHopper, id: string, message: string): Promise<void> {
  const { instanceId } = await h.tasks.get(id);
  const { lease } = await claimOne(h, String(instanceId));
  await h.tasks.fail(id, { leaseToken: lease.token, error: message, retryable: false });
  await h.settle();
}

describe("a task that failed and that others are to try", () => {
  it("goes to each of several siblings once, when all of them escalate, and then fails with its first error", async () => {
    const h = await grown([
      tree({ one: {}, two: {}, three: {} }, { child_defaults: { on_failure: "escalate" } }),
    ]);
    const { id } = await h.tasks.add({ title: "Build", maxAttempts: 5 });
    await h.settle();
    const tried: (string | null)[] = [];
    // With no sibling left, the project works itself.
    for (const message of ["first", "second", "third", "fourth"]) {
      tried.push((await h.tasks.get(id)).instanceId);
      await failThere(h, id, message);
    }
    expect(tried).toHaveLength(4);
    expect(new Set(tried)).toEqual(new Set(["id-one", "id-two", "id-three", "id-webapp"]));
    expect(await h.tasks.get(id)).toMatchObject({ status: "failed", error: { message: "first" } });
    await expectSound(h);
  });

  it("is tried once by the one it was escalated to, if that one works itself", async () => {
    const h = await grown([tree({ build: { on_failure: "escalate" } }, { fallback: "handle" })]);
    const { id } = await h.tasks.add({ title: "Build" });
    await h.settle();
    await failThere(h, id, "first");
    expect(await whereIs(h, { id })).toBe("queued@webapp");
    await failThere(h, id, "second");
    expect(await h.tasks.get(id)).toMatchObject({ status: "failed", error: { message: "first" } });
    await expectSound(h);
  });

  it.each(["reassign", "escalate"] as const)(
    "is escalated where it was created (on_failure: %s), and what became of it comes back down",
    async (policy) => {
      const h = await grown([tree({ build: { on_failure: policy }, spare: {} })]);
      const { id } = await h.tasks.add({ title: "Build", instanceId: "build", maxAttempts: 1 });
      await failThere(h, id, "first");
      expect(await whereIs(h, { id })).toBe("queued@spare");
      const { lease } = await claimOne(h, "spare");
      await h.tasks.complete(id, { leaseToken: lease.token });
      expect(await hopsOf(h, { id })).toEqual([
        "escalate build>webapp completed:succeeded",
        "route webapp>spare completed:succeeded",
      ]);
      await expectSound(h);
    },
  );

  it("fails with its first error when the one above does not run, has nobody, or is not there", async () => {
    const config = { on_failure: "escalate" } as const;
    const h = await grown([
      { name: "global", scope: "GLOBAL", children: [{ name: "lonely", scope: "PROJECT", config }] },
      { name: "alone", scope: "ORCHESTRATION", config },
    ]);
    const ends: unknown[] = [];
    for (const instanceId of ["lonely", "lonely", "alone"]) {
      const { id } = await h.tasks.add({ title: "Build", instanceId, maxAttempts: 1 });
      await failThere(h, id, "first");
      const { status, error } = await h.tasks.get(id);
      ends.push([status, error?.message, ...(await hopsOf(h, { id }))]);
      if (ends.length === 1) await h.instances.pause("global");
    }
    expect(ends).toEqual([
      ["failed", "first", "escalate lonely>global completed:failed"],
      ["failed", "first", "escalate lonely>global rejected:not_running"],
      ["failed", "first"],
    ]);
    await expectSound(h);
  });
});

describe("an escalation that gives back", () => {
  it("is accepted and completed where it leads, not where it comes from", async () => {
    const h = await grown([tree({ one: {}, two: {} })]);
    const { id } = await h.tasks.add({ title: "Build" });
    await h.settle();
    await h.tasks.escalate(id);
    await h.settle();
    const escalation = (await h.tasks.delegations(id)).items.find((hop) => hop.delegationType === "escalate");
    const events = (await storyOf(h, { id })).filter((event) => event.delegationId === escalation?.id);
    expect(events.map(({ event, instanceId }) => `${event} at ${instanceId}`)).toEqual([
      "delegation.accepted at id-webapp",
      "delegation.completed at id-webapp",
    ]);
    await expectSound(h);
  });
});

describe("a reassign whose task moves before it arrives", () => {
  it("is refused, whatever the order, and never hands the task to who has it", async () => {
    const answers = new Set<string>();
    for (let seed = 1; seed <= 30; seed += 1) {
      const random = seededRandom(seed);
      const h = await grown([tree({ one: {}, two: {} })], {
        seed,
        choose: (actors) => Math.floor(random() * actors),
      });
      const { id } = await h.tasks.add({ title: "Build", instanceId: "webapp" });
      await h.settle();
      const reassigned = refusal(h.hopper.tasks.reassign(id, { targetInstanceId: "two" }));
      // The verb looks its records up before it hands its command over; sometimes it comes first.
      for (let wait = seed % 8; wait > 0; wait -= 1) await Promise.resolve();
      const terminated = refusal(h.hopper.instances.terminate("one"));
      await h.settle();
      answers.add(await reassigned);
      await terminated;
      const accepted = (await h.tasks.delegations(id)).items.filter(({ targetName }) => targetName === "two");
      expect(accepted).toHaveLength(1);
      await expectSound(h);
    }
    expect(answers).toContain("invalid_delegation");
    expect(answers).toContain("accepted");
  });
});
