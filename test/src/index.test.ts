import { expect, onTestFinished, test } from "vitest";
import {
  createHopper,
  delegate,
  handle,
  hold,
  rankCandidates,
  type Decision,
  type RoutableTask,
  type RoutingView,
  type ScopeBehavior,
} from "../../src/index.ts";

/** As anybody writes it who has only the package: what is urgent is held for a person, the rest goes to the best child. */
const careful: ScopeBehavior = {
  name: "careful",
  decide(view: RoutingView, task: RoutableTask): Decision {
    if (task.priority === "urgent")
      return hold(view, task, { held: "manual", reason: "a person looks first" });
    const ranking = rankCandidates(view, task, { scopes: ["ORCHESTRATION"] });
    return ranking.best === null
      ? handle(view, task, ranking.reason, ranking)
      : delegate(view, task, ranking);
  },
};

test("a scope behaves as the package's user says", async () => {
  const hopper = await createHopper({ store: "sqlite::memory:", scopes: { PROJECT: careful } });
  onTestFinished(() => hopper.close());
  const { id: shop } = await hopper.instances.create({ name: "shop", scope: "PROJECT", start: true });
  const add = async (title: string, priority: "urgent" | "low") => {
    const { id } = await hopper.tasks.add({ title, priority, tags: ["paint"], instanceId: "shop" });
    await hopper.settle();
    return await hopper.tasks.get(id);
  };
  expect(await add("alone", "low")).toMatchObject({ status: "queued", instanceId: shop });
  const config = { capabilities: ["paint"] };
  const { id: painter } = await hopper.instances.create({
    name: "painter",
    scope: "ORCHESTRATION",
    parentId: "shop",
    config,
    start: true,
  });
  await hopper.settle();
  expect(await add("the wall", "low")).toMatchObject({ status: "queued", instanceId: painter });
  const urgent = await add("the fire", "urgent");
  expect(urgent).toMatchObject({ status: "pending", heldReason: "manual", instanceId: shop });
  const { items } = await hopper.tasks.decisions(urgent.id);
  expect(items).toMatchObject([{ action: "hold", reason: "a person looks first" }]);
});
