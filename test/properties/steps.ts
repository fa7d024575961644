import type fc from "fast-check";
import { isDeepStrictEqual } from "node:util";
import type { DelegationView, InstanceView } from "../../src/views/views.ts";
import type { Call } from "./call.ts";
import { plan } from "./plan.ts";
import type { Case, Fault, Step, Verb } from "./cases.ts";
import { heal } from "./heal.ts";
import { wrongOutcome } from "./check-answer.ts";
import type { Marks } from "./marks.ts";
import { startRace } from "./races.ts";
import type { Outcome } from "./outcome.ts";
import { World } from "./world.ts";

/** Lines of a failure report. */
const MOST_LINES = 150;

/** A call, and what became of it in the end. */
export interface Asked {
  readonly call: Call;
  outcome: Outcome;
}

/**
 * One case from its beginning to its end: its steps, each followed by a look at everything, then the end of all
 * faults and the last look. Throws what it breaks, with how it went; else the digest of the journal.
 */
export async function play(given: Case, params: { marks: Marks; scheduler: fc.Scheduler }): Promise<string> {
  const world = await World.spawn(given, params);
  try {
    for (const step of given.steps) await take(world, step);
    await heal(world);
    return world.digest();
  } catch (error) {
    const log = world.log.slice(-MOST_LINES).join("\n");
    throw new Error(`${(error as Error).message}\nHow it went:\n${log}`, { cause: error });
  } finally {
    await world.hopper.close();
  }
}

async function take(world: World, step: Step): Promise<void> {
  switch (step.do) {
    case "verbs": {
      const keyed = step.fault !== null || step.again;
      const calls = step.verbs.map((verb) => planned(world, verb, keyed)).filter((call) => call !== null);
      const asked = await ask(world, calls, step);
      if (step.again) for (const { call, outcome } of asked) await askAgain(world, call, outcome);
      return;
    }
    case "race": {
      const start = await startRace(world, step, askAlone);
      if (start === null) return;
      const { moment } = start;
      // The loop gets its chance before the moment as often as after it.
      const asked = await ask(
        world,
        start.calls,
        moment === undefined ? step : { ...step, passes: 4, moment },
      );
      const rare = start.name?.(asked) ?? null;
      if (rare !== null) world.marks.note(rare);
      if (start.wait !== undefined) await goBy(world, start.wait, null);
      return;
    }
    case "advance":
      await goBy(world, step.seconds, step.fault);
      return;
    case "restart":
      world.log.push("restart");
      await world.restart();
      await afterwards(world, [], false);
  }
}

async function goBy(world: World, seconds: number, fault: Fault | null): Promise<void> {
  world.log.push(`${seconds} s go by`);
  world.arm(fault);
  await world.advance(seconds * 1_000);
  await afterwards(world, [], false);
}

function planned(world: World, verb: Verb, keyed: boolean): Call | null {
  world.calls += 1;
  const given = keyed ? { ...verb, keyed: true } : verb;
  return plan({ model: world.model, leases: world.leases, now: world.now, verb: given, no: world.calls });
}

async function askAlone(world: World, call: Call | null): Promise<void> {
  if (call !== null) await ask(world, [call], { passes: 1, fault: null });
}

async function ask(
  world: World,
  calls: readonly Call[],
  how: { readonly passes: number; readonly fault: Fault | null; readonly moment?: number },
): Promise<Asked[]> {
  const { passes, moment, fault } = how;
  const all = calls.flatMap((call) => (call.twice ? [call, call] : [call]));
  world.arm(fault);
  const outcomes = await world.together(all, moment === undefined ? { passes } : { passes, moment });
  const asked = all.map((call, index): Asked => ({ call, outcome: outcomes[index] as Outcome }));
  world.log.push(asked.map(({ call, outcome }) => `${call.name}: ${said(outcome)}`).join(" | "));
  await afterwards(world, asked, all.length === 1 && fault === null && moment === undefined);
  return asked;
}

const said = (outcome: Outcome): string => (outcome.ok ? "ok" : outcome.code);

/** After a crash comes a restart, and everybody who has no answer asks again. */
async function afterwards(world: World, asked: readonly Asked[], alone: boolean): Promise<void> {
  await world.settle();
  const { fired } = world;
  if (world.hasCrashed) {
    world.log.push(`crash ${fired} the commit`);
    await world.restart();
  }
  await world.settle();
  await world.catchUp();
  world.fail(asked.flatMap(({ call, outcome }) => wrongOutcome(world, call, outcome, alone)));
  world.fail(twins(world, asked));
  noteCrash(world, asked);
  world.arm(null);
  if (fired === "before" || fired === "after") {
    for (const one of asked) {
      // Without a key nobody could tell whether it was done.
      if (one.call.keyed && !one.outcome.ok && one.outcome.code === "unavailable")
        one.outcome = await askOnceMore(world, one.call);
    }
  }
  await world.look();
}

function noteCrash(world: World, asked: readonly Asked[]): void {
  const { fired, marks } = world;
  const unanswered = asked.filter(({ outcome }) => !outcome.ok && outcome.code === "unavailable");
  if (fired === "before" && unanswered.length > 0) marks.note("crash before a commit");
  const happened = unanswered.some(({ call }) => world.ownEvents(call).length > 0);
  if (fired === "after" && happened) marks.note("crash between commit and answer");
  if (asked.some(({ outcome }) => said(outcome) === "storage_full"))
    marks.note("disk full refused, nothing changed");
}

/** E4: who asks twice at once with one key gets one answer. */
function twins(world: World, asked: readonly Asked[]): string[] {
  const wrong: string[] = [];
  for (const [index, { call, outcome }] of asked.entries()) {
    const twin = asked[index + 1];
    if (twin?.call !== call || !outcome.ok || !twin.outcome.ok) continue;
    world.marks.note("same key at once");
    wrong.push(...different(call, outcome, twin.outcome));
  }
  return wrong;
}

/** Nobody told this client what became of its verb: it asks again, and it is done once. */
async function askOnceMore(world: World, call: Call): Promise<Outcome> {
  const before = world.ownEvents(call).length;
  const [first] = await world.together([call], { passes: 1 });
  const outcome = first as Outcome;
  world.log.push(`once more ${call.name}: ${said(outcome)}`);
  await world.settle();
  await world.catchUp();
  world.fail(wrongOutcome(world, call, outcome, false));
  const after = world.ownEvents(call).length;
  if (before > 0 && outcome.ok) {
    if (after > before) world.fail([`E4: ${call.name} was done twice`]);
    world.marks.note("what the crash kept was answered again");
  }
  if (before === 0 && after > 0) world.marks.note("what the crash lost was done once");
  await askAgain(world, call, outcome);
  return outcome;
}

/** E4: the same key gets the same answer, and nothing happens. */
async function askAgain(world: World, call: Call, first: Outcome): Promise<void> {
  // What a door refuses has no stored answer: asked again, it is decided again.
  if (!call.keyed || !first.ok || gotNothing(first)) return;
  const before = world.ownEvents(call).length;
  const [again] = await world.together([call], { passes: 1 });
  await world.settle();
  await world.catchUp();
  if (world.ownEvents(call).length > before) world.fail([`E4: ${call.name} was done again`]);
  world.fail(different(call, first, again as Outcome));
  world.marks.note("same key again");
}

/** A claim that got nothing leaves its key unused (spec/api.md 4.4): the next one with it may get something. */
function gotNothing(outcome: Outcome): boolean {
  return outcome.ok && Array.isArray(outcome.answer) && outcome.answer.length === 0;
}

function different(call: Call, first: Outcome, again: Outcome): string[] {
  const [one, other] = [told(call, first), told(call, again)];
  if (isDeepStrictEqual(one, other) || gotNothing(first) || gotNothing(again)) return [];
  return [`E4: ${call.name} was answered ${JSON.stringify(one)}, then ${JSON.stringify(other)}`];
}

/** The part of an answer that stands still; counts, and a result that came since, are read when it is shown. */
function told(call: Call, outcome: Outcome): unknown {
  if (!outcome.ok) return outcome.code;
  const { answer } = outcome;
  if (call.kind === "instance") return { ...(answer as InstanceView), counts: null, allowedEvents: null };
  if (call.kind === "delegation") return { ...(answer as DelegationView), result: null };
  return answer;
}
