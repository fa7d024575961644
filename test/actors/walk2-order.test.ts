import { describe, expect, it } from "vitest";
import { again, isSound, make, tree } from "./support2.ts";

describe("messages that overflow into the mailbox table", () => {
  it.each([1, 2, 3, 5])("keep their order with %i turns in a batch, also over a crash", async (turns) => {
    await using h = await tree({ limits: { turns } });
    const titles = Array.from({ length: 12 }, (_, at) => `t${at}`);
    const adding = titles.map((title) => h.hopper.tasks.add({ title, instanceId: "g", project: "p" }));
    await h.settle();
    await Promise.all(adding);
    await again(h);
    await h.settle();
    const { items } = await h.instances.queue("o");
    expect(items.map((task) => task.title)).toEqual(titles);
    await isSound(h);
  });

  it("loses nothing of a cascade that hands work back", async () => {
    await using h = await tree({ limits: { turns: 1 } });
    await make(h, { name: "p2", scope: "PROJECT", parentId: "g" });
    const { id } = await h.tasks.add({ title: "a" });
    await h.settle();
    const holder = await h.tasks.get(id);
    await h.instances.terminate(holder.delegationChain[1] ?? "", { cascade: true });
    await again(h);
    await h.settle();
    const task = await h.tasks.get(id);
    expect([task.status, task.delegationChain[1] === holder.delegationChain[1]]).toEqual(["queued", false]);
    await isSound(h);
  });
});
