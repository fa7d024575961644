import fc from "fast-check";
import { expect, test } from "vitest";
import { cases, type Case } from "./cases.ts";
import { Marks } from "./marks.ts";
import { play } from "./steps.ts";

/**
 * Random trees, random clients, any order of turns, crashes and full disks: every event, view and answer against a
 * model that knows only what the design says (spec/reliability.md 8.1: M1, M2, M8, T1–T9, D1–D10, K1, K3, L1–L4, I1–I4,
 * E1, E4, E5, E6, V1–V3).
 *
 * How it is built:
 * - cases.ts draws a case, as plain data; steps.ts plays it, step by step, in a world (world.ts): a Hopper in memory
 *   whose commits fail as armed (faults.ts), with the model beside it.
 * - plan.ts makes a call of each verb that was drawn (call.ts, calls-task.ts, calls-instance.ts), aimed at what is
 *   there; races.ts lets two calls meet whose race is rare, and race-setup.ts brings about what they meet over.
 * - model.ts holds what the journal told. apply.ts, apply-delegation.ts and apply-task.ts apply each event to it and
 *   note what rules.ts forbids; no code of the runtime decides there.
 * - check-answer.ts compares each answer (outcome.ts) with the model and with what predict.ts foretold of a call asked
 *   alone; checks.ts looks at every view, and at what a Hopper at rest owes.
 * - heal.ts ends all faults and has every task finished, then asks the doctor.
 * - marks.ts counts what is rare: a run that never met it fails.
 */
const FILE = "test/properties/delegations.prop.test.ts";
const GATE_RUNS = 500;
const MOST_STEPS = 16;
const { HOPPER_TEST_RUNS, HOPPER_TEST_SEED, HOPPER_TEST_PATH } = process.env;
const RUNS = Number(HOPPER_TEST_RUNS ?? GATE_RUNS);

/** What fast-check tells of a failure, and the line that does it again. */
function failureOf(details: fc.RunDetails<[Case, fc.Scheduler]>): Error | null {
  if (!details.failed) return null;
  const { seed, counterexamplePath } = details;
  const again = `HOPPER_TEST_SEED=${seed} HOPPER_TEST_PATH=${counterexamplePath ?? ""} npx vitest run ${FILE}`;
  const message = `${fc.defaultReportMessage(details) ?? ""}\n\nAgain: ${again}`;
  return new Error(message, { cause: details.errorInstance });
}

test("given random trees and clients, when they meet faults and each other, then Hopper does what its design says", async () => {
  const marks = new Marks();
  const property = fc.asyncProperty(cases(MOST_STEPS), fc.scheduler(), async (given, scheduler) => {
    await play(given, { marks, scheduler });
  });
  const details = await fc.check(property, {
    numRuns: RUNS,
    ...(HOPPER_TEST_SEED === undefined ? {} : { seed: Number(HOPPER_TEST_SEED) }),
    ...(HOPPER_TEST_PATH === undefined ? {} : { path: HOPPER_TEST_PATH, endOnFailure: true }),
  });
  const failure = failureOf(details);
  if (failure !== null) throw failure;
  // A generator that never brings about what is rare proves nothing about it.
  const isWhole = RUNS >= GATE_RUNS && HOPPER_TEST_PATH === undefined;
  expect(isWhole ? marks.missing() : [], "rare outcomes that were not met").toEqual([]);
});

test("given a case and an order of turns, when it is done twice, then the journals are the same", async () => {
  for (const seed of [7, 8, 9, 10]) {
    const digests = [await digestOf(seed), await digestOf(seed)];
    expect(digests[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(digests[1]).toBe(digests[0]);
  }
});

async function digestOf(seed: number): Promise<string> {
  const [drawn] = fc.sample(fc.tuple(cases(MOST_STEPS), fc.scheduler()), { numRuns: 1, seed });
  if (drawn === undefined) throw new Error("nothing was drawn");
  const [given, scheduler] = drawn;
  return await play(given, { marks: new Marks(), scheduler });
}
