import type { Abortable } from "./abortable.ts";
import { params, whole, type Input } from "./common.ts";
import { line, tags } from "./texts.ts";
import { DAY_MS, leaseLength, lengthOf } from "./time.ts";

const workFields = {
  /** How many tasks at a time, 1 to 1,000. Default 1. */
  concurrency: whole(1, 1_000).default(1),
  /** Who claims, as tasks show it; 1 to 128 characters. Default `work-` and the number of the process. */
  workerId: line().optional(),
  /**
   * How long a task stays this worker's when the process hangs, up to 604,800 seconds (also `5m`); the lease is renewed at every
   * third of it. Default: `workers.lease_seconds`, 300.
   */
  leaseSeconds: leaseLength.optional(),
  /** Only tasks whose tags are all among these, at most 256. Default: any task. */
  capabilities: tags(256).nullish(),
  /** How long those under way may go on once it is stopped, up to 86,400 seconds (also `5m`). Default 30. */
  drainSeconds: lengthOf({ unit: 1_000, max: DAY_MS }).default(30_000),
};

/** What `hopper.work` takes; `signal` stops it. */
export interface WorkParams extends Abortable, Input<typeof workFields> {}

/** hopper.work: seconds come out as milliseconds. */
export const work = params(workFields).transform(({ leaseSeconds, drainSeconds, capabilities, ...rest }) => ({
  ...rest,
  /** null = the store's default. */
  leaseMs: leaseSeconds ?? null,
  drainMs: drainSeconds,
  capabilities: capabilities ?? null,
}));
