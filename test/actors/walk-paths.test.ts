import { describe, expect, it } from "vitest";
import {
  expectSound,
  grown,
  hopsOf,
  refusal,
  tree,
  whereIs,
  type NodeSpec,
} from "../support/hopper-given.ts";

/** global → webapp and shop, webapp → one, two. Nothing is routed by itself. */
const still: NodeSpec = {
  name: "global",
  scope: "GLOBAL",
  children: [
    {
      name: "webapp",
      scope: "PROJECT",
      children: [
        { name: "one", scope: "ORCHESTRATION" },
        { name: "two", scope: "ORCHESTRATION" },
      ],
    },
    { name: "shop", scope: "PROJECT" },
  ],
};

describe("a task that is moved to one who has passed it on", () => {
  it("given it was escalated from the child where it was created, when it is delegated back there, then it is refused and stays", async () => {
    const h = await grown([still]);
    const { id } = await h.tasks.add({ title: "Build", instanceId: "webapp", route: false });
    await h.tasks.escalate(id);
    expect(await whereIs(h, { id })).toBe("pending(manual)@global");
    expect(await refusal(h.tasks.delegate(id, { targetInstanceId: "webapp" }))).toBe("invalid_delegation");
    expect(await whereIs(h, { id })).toBe("pending(manual)@global");
    expect(await hopsOf(h, { id })).toEqual(["escalate webapp>global accepted"]);
    expect((await h.tasks.get(id)).delegationChain).toEqual(["id-webapp", "id-global"]);
    await expectSound(h);
  });

  it("given it was escalated, when it is delegated to somebody else, then that one takes it", async () => {
    const h = await grown([still]);
    const { id } = await h.tasks.add({ title: "Build", instanceId: "webapp", route: false });
    await h.tasks.escalate(id);
    await h.tasks.delegate(id, { targetInstanceId: "shop", autoAccept: true });
    await h.settle();
    expect((await h.tasks.get(id)).delegationChain).toEqual(["id-webapp", "id-global", "id-shop"]);
    await expectSound(h);
  });

  it("given one escalated it and its parent gave it to the other, when it is reassigned to the first, then it is refused and stays", async () => {
    const h = await grown([tree({ one: {}, two: {} })]);
    const { id } = await h.tasks.add({ title: "Build", instanceId: "one" });
    await h.tasks.escalate(id);
    await h.settle();
    expect(await whereIs(h, { id })).toBe("queued@two");
    expect(await refusal(h.tasks.reassign(id, { targetInstanceId: "one" }))).toBe("invalid_delegation");
    expect(await whereIs(h, { id })).toBe("queued@two");
    expect(await hopsOf(h, { id })).toEqual(["escalate one>webapp accepted", "route webapp>two accepted"]);
    expect((await h.tasks.get(id)).delegationChain).toEqual(["id-one", "id-webapp", "id-two"]);
    await expectSound(h);
  });

  it("given it was passed sideways and on, when it is reassigned to where it began, then it goes back there", async () => {
    const h = await grown([tree({ one: {}, two: {}, three: {} })]);
    const { id } = await h.tasks.add({ title: "Build", instanceId: "one" });
    await h.tasks.reassign(id, { targetInstanceId: "two" });
    await h.tasks.reassign(id, { targetInstanceId: "three" });
    await h.settle();
    // Its source offered it on, so that "two" is no part of its path any more.
    expect((await h.tasks.get(id)).delegationChain).toEqual(["id-one", "id-three"]);
    const back = await h.tasks.reassign(id, { targetInstanceId: "one" });
    expect(back).toMatchObject({ status: "cancelled", reason: { code: "reassigned" } });
    await h.settle();
    expect(await whereIs(h, { id })).toBe("queued@one");
    expect((await h.tasks.get(id)).delegationChain).toEqual(["id-one"]);
    await expectSound(h);
  });

  it("given it came back from the one it was passed to, when it is delegated there again, then that one takes it", async () => {
    const h = await grown([still]);
    const { id } = await h.tasks.add({ title: "Build", instanceId: "global", route: false });
    await h.tasks.delegate(id, { targetInstanceId: "webapp", autoAccept: true });
    await h.settle();
    await h.tasks.escalate(id);
    await h.settle();
    expect((await h.tasks.get(id)).delegationChain).toEqual(["id-global"]);
    const again = await h.tasks.delegate(id, { targetInstanceId: "webapp", autoAccept: true });
    expect(again).toMatchObject({ targetName: "webapp", status: "accepted" });
    await expectSound(h);
  });
});
