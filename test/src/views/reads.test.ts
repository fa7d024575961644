import { expect, onTestFinished, test, vi } from "vitest";
import { spawnHopper } from "../../../src/testing/index.ts";

test("a page asks once for the ids that it shows, however long it is", async () => {
  const h = await spawnHopper();
  onTestFinished(() => h.close());
  await h.instances.create({ name: "g", scope: "GLOBAL", start: true });
  await h.instances.create({ name: "p", scope: "PERSONAL", parentId: "g", start: true });
  const { items: firsts } = await h.tasks.addBatch([{ title: "a" }, { title: "b" }]);
  const [a = "", b = ""] = firsts.map(({ id }) => id);
  await h.tasks.addBatch([
    { title: "c", dependsOn: [a, b] },
    { title: "d", dependsOn: [b] },
  ]);
  for (const id of [a, b]) await h.tasks.delegate(id, { targetInstanceId: "p", autoAccept: true });
  await h.tasks.complete(a, { result: 1 });
  await h.settle();
  const asked = vi.spyOn(h.store.queries, "idsOf");
  const read = vi.spyOn(h.store.queries, "task");
  const { items } = await h.tasks.list({ sort: "created" });
  expect(items.map(({ dependsOn }) => dependsOn)).toEqual([[], [], [a, b], [b]]);
  expect(asked).toHaveBeenCalledTimes(1);
  const hops = await h.delegations.list();
  const outputs = new Map(hops.items.map(({ taskId, result }) => [taskId, result?.output ?? null]));
  expect(outputs).toEqual(
    new Map([
      [a, 1],
      [b, null],
    ]),
  );
  expect(asked).toHaveBeenCalledTimes(3);
  expect(read).not.toHaveBeenCalled();
});
