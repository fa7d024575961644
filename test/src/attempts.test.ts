import { beforeEach, expect, it, onTestFinished } from "vitest";
import { spawnHopper, type SpawnedHopper } from "../../src/testing/index.ts";
import type { AttemptView } from "../../src/views/views.ts";

const START = true;
const PRINTED = {
  exit_code: 3,
  signal: null,
  duration_ms: 16,
  timed_out: false,
  stdout_tail: "one\n",
  stderr_tail: "two\n",
};
const COMMAND = {
  exitCode: 3,
  signal: null,
  durationMs: 16,
  timedOut: false,
  stdout: "one\n",
  stderr: "two\n",
};

let hopper: SpawnedHopper;
let task: string;
beforeEach(async () => {
  hopper = await spawnHopper({ config: { tasks: { max_attempts: 9 } } });
  onTestFinished(() => hopper.close());
  await hopper.instances.create({ name: "webapp", scope: "PROJECT", start: START });
  const worker = { scope: "ORCHESTRATION", parentId: "webapp", start: START } as const;
  await hopper.instances.create({ ...worker, name: "one" });
  await hopper.instances.create({ ...worker, name: "two", config: { acceptance: "manual" } });
  task = (await hopper.tasks.add({ title: "A", instanceId: "one" })).id;
});

async function claimed(leaseSeconds = 600): Promise<string> {
  // A task that failed is claimable after its backoff.
  await hopper.advance("10m");
  const [claim] = await hopper.instances.claim("one", { workerId: "ada", leaseSeconds });
  return claim?.lease.token ?? "";
}

/** The attempts as far as they were asked for. */
async function attempts<K extends keyof AttemptView>(...keys: K[]): Promise<unknown[]> {
  const { items } = await hopper.tasks.attempts(task);
  return items.map((one) => keys.map((key) => one[key]));
}

it("has none before anybody took it, and one while somebody has it", async () => {
  expect(await attempts("attempt")).toEqual([]);
  await claimed();
  const { id } = await hopper.instances.get("one");
  const at = new Date(hopper.clock.now()).toISOString();
  expect((await hopper.tasks.attempts(task)).items).toEqual([
    {
      attempt: 1,
      round: 1,
      instanceId: id,
      worker: "ada",
      startedAt: at,
      endedAt: null,
      outcome: "running",
      error: null,
      command: null,
    },
  ]);
});

it("says of each how it ended, with what its command printed", async () => {
  const error = { code: "failed", message: "exit 3: two", details: PRINTED };
  await hopper.tasks.fail(task, { leaseToken: await claimed(), error });
  await hopper.tasks.release(task, { leaseToken: await claimed() });
  await claimed(10);
  await hopper.advance("1m");
  await hopper.tasks.fail(task, { leaseToken: await claimed(), error: "no command" });
  await hopper.tasks.complete(task, { leaseToken: await claimed(), result: { ...PRINTED, exit_code: 0 } });
  expect(await attempts("attempt", "outcome", "error", "command")).toEqual([
    [1, "failed", error, COMMAND],
    [2, "released", null, null],
    [2, "lease_lost", null, null],
    [3, "failed", { code: "failed", message: "no command" }, null],
    [4, "succeeded", null, { ...COMMAND, exitCode: 0 }],
  ]);
  const ends = await attempts("startedAt", "endedAt");
  for (const [from, to] of ends as [string, string][]) expect(from <= to).toBe(true);
});

it("ends one that was not finished when the task is cancelled or offered to somebody else", async () => {
  await claimed();
  await hopper.tasks.reassign(task, { targetInstanceId: "two", autoAccept: false });
  await hopper.settle();
  expect(await attempts("outcome")).toEqual([["taken_back"]]);
  const [offer] = (await hopper.tasks.delegations(task)).items.slice(-1);
  await hopper.delegations.accept(offer?.id ?? "");
  await hopper.settle();
  const [claim] = await hopper.instances.claim("two", { workerId: "bob" });
  await hopper.tasks.cancel(task);
  expect(await attempts("worker", "outcome")).toEqual([
    ["ada", "taken_back"],
    [claim === undefined ? "nobody" : "bob", "cancelled"],
  ]);
});

it("counts anew in another round, and keeps the result of each", async () => {
  await hopper.tasks.fail(task, { leaseToken: await claimed(), error: "over", retryable: false });
  await hopper.tasks.retry(task);
  await hopper.settle();
  await hopper.tasks.complete(task, { leaseToken: await claimed(), result: PRINTED });
  expect(await attempts("round", "attempt", "outcome", "command")).toEqual([
    [1, 1, "failed", null],
    [2, 1, "succeeded", COMMAND],
  ]);
});

it("of a task that is not there is not found", async () => {
  await expect(hopper.tasks.attempts("T-99")).rejects.toMatchObject({ code: "not_found" });
});
