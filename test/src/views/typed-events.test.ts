import { describe, expect, expectTypeOf, it } from "vitest";
import type { EventView, Hopper } from "../../../src/index.ts";
import { spawnTree } from "../../support/spawned.ts";

describe("a listener", () => {
  it("is typed by the name of the event, with no cast", async () => {
    const h = await spawnTree([{ name: "build", scope: "ORCHESTRATION" }]);
    const heard: string[] = [];
    h.hopper.on("task.claimed", ({ data }) => {
      expectTypeOf(data.by).toEqualTypeOf<string>();
      expectTypeOf(data.until).toEqualTypeOf<string>();
      heard.push(data.by);
    });
    h.hopper.on("delegation.rejected", ({ data }) => {
      expectTypeOf(data.text).toEqualTypeOf<string | undefined>();
    });
    h.hopper.on("routing.decided", ({ data }) => {
      expectTypeOf(data.targetId).toEqualTypeOf<string | null>();
    });
    h.hopper.on("*", (event) => {
      if (event.event === "task.created")
        expectTypeOf(event.data.dependsOn).toEqualTypeOf<string[] | undefined>();
    });
    await h.tasks.add({ title: "one", instanceId: "build" });
    await h.instances.claim("build", { workerId: "ada" });
    expect(heard).toEqual(["ada"]);
  });

  it("does not compile with a name that no event has, or a field that it has not", () => {
    const wrong = (on: Hopper["on"]): void => {
      // @ts-expect-error no event is named so
      on("task.finished", () => undefined);
      // @ts-expect-error completed tasks do not say who claimed them
      on("task.completed", ({ data }) => data.by);
    };
    expect(wrong).toBeTypeOf("function");
    expectTypeOf<EventView<"task.held">["data"]["reason"]>().toExtend<string>();
  });
});
