import { expect } from "vitest";
import { HopperError } from "../../machines/errors.ts";
import type { Claim, CreateInstanceParams } from "../../src/api/instances.ts";
import type { InstanceView } from "../../src/views/views.ts";
import { spawnHopper, type SpawnParams, type SpawnedHopper } from "../../src/testing/index.ts";

/** Few turns per batch: messages overflow into the mailbox table. */
export const TIGHT: SpawnParams = { limits: { turns: 3 } };
/** Every walk is done with the usual limits and with tight ones. */
export const BOTH: [string, SpawnParams][] = [
  ["roomy batches", {}],
  ["tight batches", TIGHT],
];

/** A tree g → p → o (and o2), all running. */
export async function tree(params: SpawnParams = {}): Promise<SpawnedHopper> {
  const h = await spawnHopper(params);
  await make(h, { name: "g", scope: "GLOBAL" });
  await make(h, { name: "p", scope: "PROJECT", parentId: "g" });
  await make(h, { name: "o", scope: "ORCHESTRATION", parentId: "p" });
  return h;
}

export function make(h: SpawnedHopper, params: CreateInstanceParams): Promise<InstanceView> {
  return h.instances.create({ start: true, ...params });
}

export async function claimOne(h: SpawnedHopper, at: string, leaseSeconds = 300): Promise<Claim> {
  const [claim] = await h.instances.claim(at, { workerId: "w", leaseSeconds });
  if (claim === undefined) throw new Error(`nothing to claim at ${at}`);
  return claim;
}

/** The refusal that a verb ends in. */
export async function refusal(verb: Promise<unknown>): Promise<HopperError> {
  try {
    await verb;
  } catch (error) {
    if (error instanceof HopperError) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

export async function refusedAs(verb: Promise<unknown>): Promise<string> {
  const { code } = await refusal(verb);
  return code;
}

export async function again(h: SpawnedHopper): Promise<void> {
  await h.crash();
  await h.restart();
}

/** The store holds together, and no message was given up. */
export async function isSound(h: SpawnedHopper): Promise<void> {
  const findings = await h.hopper.doctor();
  const broken = findings.flatMap(({ check, broken: lines }) => lines.map((line) => `${check}: ${line}`));
  expect(broken).toEqual([]);
  const dead = await h.hopper.deadLetters.list();
  expect(dead.items).toEqual([]);
}

export async function statusOf(h: SpawnedHopper, task: string): Promise<string> {
  const { status, heldReason } = await h.tasks.get(task);
  return heldReason === null ? status : `${status} ${heldReason}`;
}

export async function named(h: SpawnedHopper, event: string): Promise<number> {
  const events = await h.history();
  return events.filter((one) => one.event === event).length;
}
