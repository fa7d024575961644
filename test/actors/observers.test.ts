import { describe, expect, it } from "vitest";
import { Observers } from "../../actors/engine/observers.ts";
import { spawnTree } from "../support/spawned.ts";

describe("who listens", () => {
  it("given another one that throws, then it hears each event once, after commit, in order", async () => {
    const h = await spawnTree([]);
    const heard: string[] = [];
    h.hopper.on("*", () => {
      throw new Error("a listener with a fault");
    });
    const off = h.hopper.on("*", (event) => void heard.push(event.event));
    await h.instances.create({ name: "global", scope: "GLOBAL", start: true });
    await h.settle();
    expect(heard).toEqual(["instance.created", "instance.starting", "instance.running"]);
    off();
    await h.instances.pause("global");
    expect(heard).toHaveLength(3);
  });

  it("given it throws at a commit, then it is passed over and the log says so", () => {
    const said: string[] = [];
    const log = {
      info: () => undefined,
      warn: (_facts: object, text: string) => void said.push(text),
      error: () => undefined,
    };
    const observers = new Observers(log);
    const stop = observers.add(() => {
      throw new Error("no");
    });
    observers.tell({ at: 0, events: [], instances: [], turns: 0, task: () => undefined });
    stop();
    observers.tell({ at: 0, events: [], instances: [], turns: 0, task: () => undefined });
    expect(said).toHaveLength(1);
  });
});
