import { describe, expect, it } from "vitest";
import { BATCHES, crashAndRestart, expectSound, spawnTree, tree } from "../support/spawned.ts";

describe.each(BATCHES)("an ephemeral orchestration (%s)", (_, params) => {
  const complex = {
    title: "big",
    description: "x".repeat(600),
    tags: ["a", "b", "c"],
    priority: "high",
  } as const;

  it("given a complex task, then it is made for it, ends with it, and its parent keeps the totals", async () => {
    const h = await spawnTree([tree({})], params);
    const { id } = await h.tasks.add({ ...complex, project: "webapp" });
    await h.settle();
    const run = await h.instances.get("webapp-run-1");
    expect(run).toMatchObject({ status: "running", instanceType: "ephemeral" });
    expect(await h.tasks.get(id)).toMatchObject({ status: "queued", instanceId: run.id });
    await crashAndRestart(h);
    await h.tasks.complete(id);
    await h.settle();
    expect((await h.instances.get(run.id)).status).toBe("terminated");
    const { runtimeMetadata } = await h.instances.get("webapp");
    expect(JSON.stringify(runtimeMetadata)).toContain("webapp-run-1");
    const next = await h.tasks.add({ ...complex, project: "webapp" });
    await h.settle();
    expect((await h.tasks.get(next.id)).status).toBe("queued");
    await expectSound(h);
  });

  it("given it ends while an offer comes, then no task is lost", async () => {
    const h = await spawnTree([{ name: "webapp", scope: "PROJECT" }], params);
    const first = await h.tasks.add({ ...complex, instanceId: "webapp" });
    await h.settle();
    const ends = h.hopper.tasks.complete(first.id);
    const comes = h.hopper.tasks.add({ ...complex, instanceId: "webapp" });
    await h.settle();
    await ends;
    const { id } = await comes;
    await h.settle();
    const task = await h.tasks.get(id);
    expect(task.status).toBe("queued");
    expect((await h.instances.get(String(task.instanceId))).status).toBe("running");
    await expectSound(h);
  });

  it("given linger_seconds, then it waits so long for the next task", async () => {
    const h = await spawnTree([tree()], params);
    const e = await h.instances.create({
      name: "e",
      scope: "ORCHESTRATION",
      parentId: "webapp",
      instanceType: "ephemeral",
      start: true,
      config: { linger_seconds: 10 },
    });
    const a = await h.tasks.add({ title: "a", instanceId: "e" });
    await h.tasks.complete(a.id);
    await h.advance("6s");
    const b = await h.tasks.add({ title: "b", instanceId: "e" });
    await h.advance("20s");
    expect((await h.instances.get(e.id)).status).toBe("running");
    await h.tasks.complete(b.id);
    await crashAndRestart(h);
    await h.advance("9s");
    expect((await h.instances.get(e.id)).status).toBe("running");
    await h.advance("2s");
    expect((await h.instances.get(e.id)).status).toBe("terminated");
    await expectSound(h);
  });
});
