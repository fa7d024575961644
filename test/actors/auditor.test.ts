import { describe, expect, it } from "vitest";
import { Auditor } from "../../actors/engine/auditor.ts";
import { protocol } from "../../actors/handlers/protocol.ts";
import { silentLog } from "../../src/environment/real.ts";
import { spawnTree, tree } from "../support/spawned.ts";

describe("the auditor", () => {
  it("given everything is under way, then it finds nothing to do, and starts and stops at any time", async () => {
    const h = await spawnTree([tree()]);
    await h.tasks.add({ title: "One" });
    await h.settle();
    const asked: unknown[] = [];
    const system = { post: (message: unknown) => void asked.push(message) } as never;
    const { clock } = h;
    const auditor = new Auditor({ system, store: h.store, clock, log: silentLog, protocol });
    expect(await auditor.tick()).toBe(0);
    auditor.stop();
    auditor.start();
    auditor.start();
    auditor.stop();
    auditor.stop();
    const stuck = {
      ...h.store,
      queries: { ...h.store.queries, stuck: () => [{ task: 1, keeper: 3 }] },
    };
    expect(await new Auditor({ system, store: stuck, clock, log: silentLog, protocol }).tick()).toBe(1);
    expect(asked).toEqual([{ to: 3, message: { type: "task.audit", task: 1 } }]);
  });

  it("given a day has passed, then it forgets idempotency keys, and not before", async () => {
    const h = await spawnTree([]);
    const { clock, store } = h;
    const auditor = new Auditor({ system: {} as never, store, clock, log: silentLog, protocol });
    const add = { title: "One", idempotencyKey: "k" };
    await h.tasks.add(add);
    await h.advance("24h");
    await auditor.tick();
    expect((await h.tasks.add(add)).ref).toBe("T-1");
    await h.advance("1s");
    await auditor.tick();
    expect(await store.commandByKey("library", "k")).toBeNull();
    expect((await h.tasks.add(add)).ref).toBe("T-2");
  });

  it("given the store cannot be read, then it says so in the log and looks again the next time", async () => {
    const h = await spawnTree([]);
    const { clock } = h;
    const looks: number[] = [];
    const closed = {
      ...h.store,
      queries: {
        ...h.store.queries,
        stuck(): never {
          looks.push(clock.now());
          throw new Error("the database connection is not open");
        },
      },
    };
    const warned = Promise.withResolvers<string>();
    const log = { ...silentLog, warn: (_facts: object, text: string) => warned.resolve(text) };
    const auditor = new Auditor({ system: {} as never, store: closed, clock, log, protocol });
    auditor.start();
    clock.moveTo(clock.now() + 30_000);
    expect(await warned.promise).toBe("the auditor could not look");
    await new Promise(setImmediate);
    clock.moveTo(clock.now() + 30_000);
    await new Promise(setImmediate);
    auditor.stop();
    expect(looks).toHaveLength(2);
  });
});
