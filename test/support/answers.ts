import { expect } from "vitest";
import type { SpawnedHopper, SpawnParams } from "../../src/testing/index.ts";
import type { CommandAnswer, Store } from "../../store/store.ts";
import { faulty, type Fault } from "./faulty-store.ts";
import { layered } from "./layered-store.ts";
import { spawnTree, refusal, type InstanceSpec } from "./spawned.ts";

/** A Hopper whose commits fail when asked to, and whose answers to keyed commands are noted as they are committed. */
export interface FaultyTree {
  readonly h: SpawnedHopper;
  readonly answers: readonly CommandAnswer[];
  /** The n-th commit from here on fails so, or so many in a row; n counts from 1. */
  readonly fail: (n: number, fault: Fault, times?: number) => void;
}

/** These instances, over a store that can be made to fail. */
export async function spawnFaulty(
  roots: readonly InstanceSpec[],
  params: SpawnParams = {},
): Promise<FaultyTree> {
  const answers: CommandAnswer[] = [];
  const planned: (Fault | null)[] = [];
  const wrap = (store: Store): Store => {
    const noting = layered(store, {
      async commit(commit) {
        await store.commit(commit);
        answers.push(...commit.answers);
      },
    });
    return faulty(noting, () => planned.shift() ?? null);
  };
  const h = await spawnTree(roots, { ...params, wrap });
  return {
    h,
    answers,
    fail: (n, fault, times = 1) => {
      planned.splice(0, Infinity, ...Array<null>(n - 1).fill(null), ...Array<Fault>(times).fill(fault));
    },
  };
}

const BROKEN_RULE: Fault = { when: "before", kind: "constraint" };

/** What a verb ends in, with the loop run until nothing is due: its answer, its refusal's code, or that nobody answered. */
export async function outcome<T>(h: SpawnedHopper, verb: Promise<T>): Promise<T | string> {
  let end: T | string = "no answer";
  void verb.then(
    (value) => {
      end = value;
    },
    async (error: unknown) => {
      end = await refusal(Promise.reject(error));
    },
  );
  for (let round = 0; round < 10; round += 1) {
    await handedOver();
    await h.settle();
  }
  await handedOver();
  return end;
}

/**
 * Commands asked in this order in one batch, whose commit breaks a rule: each is then run in a batch of its own, so
 * that each has its first turn before what another one sent is looked at.
 */
export async function apart(
  { h, fail }: FaultyTree,
  ...verbs: readonly (() => Promise<unknown>)[]
): Promise<unknown[]> {
  fail(1, BROKEN_RULE);
  const asked: Promise<unknown>[] = [];
  for (const verb of verbs) {
    const pending = verb();
    pending.catch(() => undefined);
    asked.push(pending);
    // A verb looks its records up before it hands its command over.
    await handedOver();
  }
  const ends: unknown[] = [];
  for (const pending of asked) ends.push(await outcome(h, pending));
  return ends;
}

async function handedOver(): Promise<void> {
  await new Promise(setImmediate);
}

/** A keyed command has one answer, whatever happened on its way. */
export function expectOneAnswerEach(answers: readonly CommandAnswer[], commands: number): void {
  const numbers = answers.map(({ command }) => command);
  expect(new Set(numbers).size).toBe(numbers.length);
  expect(numbers).toHaveLength(commands);
}
