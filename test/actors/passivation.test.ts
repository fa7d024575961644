import { describe, expect, it } from "vitest";
import { expectConsistent, spawnTree, tree } from "../support/spawned.ts";

describe("actors that are not used", () => {
  it("given a limit of actors, then they leave memory and come back from their rows", async () => {
    const h = await spawnTree([tree()], { limits: { actors: 2 } });
    for (let n = 0; n < 6; n += 1) await h.instances.create({ name: `p${n}`, scope: "PROJECT", start: true });
    await h.tasks.add({ title: "One" });
    await h.settle();
    expect((await h.tasks.get("T-1")).status).toBe("queued");
    const [claim] = await h.instances.claim("build", { workerId: "w" });
    expect((await h.tasks.complete("T-1", { leaseToken: claim?.lease.token })).status).toBe("done");
    await expectConsistent(h);
  });
});
