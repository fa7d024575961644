import type { SpawnedHopper } from "../../src/testing/index.ts";
import { LIMITS } from "../../machines/settings.ts";
import type { DayWorld } from "./day-world.ts";

/** What clients, workers and operators do in a day, and what goes wrong meanwhile. */

/** One of them, as drawn. */
export async function act(day: DayWorld): Promise<void> {
  let at = day.random() * WEIGHT;
  for (const [weight, action] of ACTIONS) {
    at -= weight;
    if (at <= 0) return await action(day);
  }
}

async function add(day: DayWorld): Promise<void> {
  const now = day.h.clock.now();
  const soon = (): string => new Date(now + 1_000 + day.below(3_600_000)).toISOString();
  const at = day.pick(["global", "global", "global", "auto", "other", "web-1"]) as string;
  const one = await day.someTask();
  const title = `${day.pick(["plain", "plain", "plain", "throws", "silent", "promise", "writes"])} task`;
  const idempotencyKey = day.random() < 0.2 ? `key-${day.below(20)}` : undefined;
  await day.ask("add", (h) =>
    h.tasks.add({
      title,
      instanceId: at,
      tags: day.random() < 0.7 ? [day.pick(["web", "api", "nothing"]) as string] : [],
      idempotencyKey,
      project:
        day.random() < 0.1
          ? (day.pick(["elsewhere", "nowhere", "web-1", "x".repeat(128)]) as string)
          : undefined,
      dependsOn: one !== undefined && day.random() < 0.2 ? [one.id] : undefined,
      deadlineAt: day.random() < 0.2 ? soon() : undefined,
      notBefore: day.random() < 0.2 ? soon() : undefined,
      timeoutSeconds: day.random() < 0.2 ? 1 + day.below(900) : undefined,
      maxAttempts: 1 + day.below(4),
    }),
  );
}

async function addMany(day: DayWorld): Promise<void> {
  const items = Array.from({ length: 1 + day.below(40) }, (_, no) => ({
    title: `batch ${no}`,
    instanceId: "global",
  }));
  await day.ask("addBatch", (h) => h.tasks.addBatch(items));
}

async function work(day: DayWorld): Promise<void> {
  const place = day.pick(await day.places());
  if (place === undefined) return;
  const wanted = {
    workerId: `w${day.below(5)}`,
    max: 1 + day.below(4),
    leaseSeconds: 5 + day.below(600),
  };
  if (day.random() < 0.4) {
    void day.wait("long poll", async (hopper) => {
      const waitSeconds = 1 + day.below(50);
      day.claims.push(...(await hopper.instances.claim(place.id, { ...wanted, waitSeconds })));
    });
    return;
  }
  day.claims.push(...((await day.ask("claim", (h) => h.instances.claim(place.id, wanted))) ?? []));
}

/** An old claim may be reported, too, and one twice. */
async function report(day: DayWorld): Promise<void> {
  // Mostly one that may still hold.
  const claim = day.pick(day.random() < 0.8 ? day.claims.slice(-8) : day.claims);
  if (claim === undefined) return;
  const { id } = claim.task;
  const leaseToken = claim.lease.token;
  const error = { code: "failed", message: "as drawn" };
  const say = day.pick<[string, (h: SpawnedHopper) => Promise<unknown>]>([
    ["complete", (h) => h.tasks.complete(id, { leaseToken, result: { ok: true } })],
    ["complete", (h) => h.tasks.complete(id, { leaseToken, result: { ok: true } })],
    ["fail", (h) => h.tasks.fail(id, { leaseToken, error, retryable: day.random() < 0.8 })],
    ["heartbeat", (h) => h.tasks.heartbeat(id, { leaseToken })],
    ["release", (h) => h.tasks.release(id, { leaseToken })],
  ]);
  if (say !== undefined) await day.ask(say[0], say[1]);
}

async function meddle(day: DayWorld): Promise<void> {
  const task = await day.someTask();
  if (task === undefined) return;
  const { id } = task;
  const what = day.pick(["cancel", "retry", "escalate", "wait", "assign"]);
  if (what === "wait")
    void day.wait("wait", (h) => h.tasks.wait(id, { timeoutMs: 1 + day.below(1_800_000) }));
  if (what === "cancel") await day.ask("cancel", (h) => h.tasks.cancel(id));
  if (what === "retry") await day.ask("retry", (h) => h.tasks.retry(id));
  if (what === "escalate") await day.ask("escalate", (h) => h.tasks.escalate(id));
  if (what === "assign") await day.ask("assign", (h) => h.tasks.assign(id, { instanceId: "global" }));
}

async function rule(day: DayWorld): Promise<void> {
  const one = day.pick(await day.live());
  if (one === undefined || one.scope === "GLOBAL") return;
  const { id, scope } = one;
  const what = day.pick([
    "pause",
    "resume",
    "resume",
    "stop",
    "start",
    "start",
    "terminate",
    "hire",
    "fail",
    "recover",
  ]);
  if (what === "pause" || what === "resume" || what === "start" || what === "recover")
    await day.ask(what, (h) => h.instances[what](id));
  if (what === "stop") await day.ask("stop", (h) => h.instances.stop(id, { wait: false }));
  if (what === "fail")
    await day.ask("fail", (h) => h.instances.fail(id, { error: { code: "failed", message: "as drawn" } }));
  if (what === "terminate" && scope === "ORCHESTRATION")
    await day.ask(what, (h) => h.instances.terminate(id));
  if (what === "hire") await hire(day, `api-run-${day.below(9)}`, day.pick(["web", "api"]) as string);
}

export async function hire(day: DayWorld, name: string, parentId: string): Promise<void> {
  const config = { max_concurrent_tasks: 1 + day.below(3), max_queued_tasks: day.below(6) };
  await day.ask("hire", (h) =>
    h.instances.create({ name, scope: "ORCHESTRATION", parentId, config, start: true }),
  );
}

export async function redrive(day: DayWorld): Promise<void> {
  const letters = await day.ask("list", (h) => h.deadLetters.list());
  for (const { id } of letters?.items ?? []) await day.ask("redrive", (h) => h.deadLetters.redrive(id));
}

function failCommit(day: DayWorld): void {
  const kind = day.pick(["full", "busy", "full", "busy", "io"] as const) ?? "io";
  day.note(`planned ${kind}`);
  day.h.failCommit(kind, 1 + day.below(8));
}

async function fillDisk(day: DayWorld): Promise<void> {
  day.h.diskFull();
  await add(day);
  await work(day);
  await day.pass(1_000 + day.below(300_000));
  day.h.diskFull(false);
  day.note("full disk");
}

async function setClock(day: DayWorld): Promise<void> {
  const by = day.below(4 * 3_600_000) - 2 * 3_600_000;
  await day.ask("jump", (h) => h.clockJump(by));
  day.note("clock jump");
}

function delayBells(day: DayWorld): void {
  day.h.delayDoorbells(day.random() < 0.5 ? 0 : 1 + day.below(20_000));
  day.note("late doorbells");
}

/** More at once than may wait for one instance. */
export async function overload(day: DayWorld): Promise<void> {
  const items = Array.from({ length: LIMITS.batch }, (_, no) => ({
    title: `flood ${no}`,
    instanceId: "flooded",
  }));
  const asked = Array.from({ length: Math.ceil(LIMITS.mailbox / LIMITS.batch) + 2 }, () =>
    day.ask("flood", (h) => h.tasks.addBatch(items)),
  );
  await Promise.all(asked);
}

const ACTIONS: readonly (readonly [weight: number, act: (day: DayWorld) => Promise<void> | void])[] = [
  [30, add],
  [3, addMany],
  [30, work],
  [40, report],
  [12, meddle],
  [6, rule],
  [2, redrive],
  [4, failCommit],
  [2, fillDisk],
  [2, setClock],
  [3, delayBells],
  [1, (day) => day.crash()],
];
const WEIGHT = ACTIONS.reduce((sum, [weight]) => sum + weight, 0);
