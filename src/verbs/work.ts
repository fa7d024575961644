import { DRAINING } from "../../actors/engine/answers.ts";
import { HopperError } from "../../machines/errors.ts";
import { hasQueue } from "../../machines/legality.ts";
import { apart } from "../contracts/abortable.ts";
import { check } from "../contracts/check.ts";
import { work as contract, type WorkParams } from "../contracts/work.ts";
import type { Door } from "../door/door.ts";
import { errorOf } from "../door/error-of.ts";
import type { Journal } from "../door/journal.ts";
import { Bell } from "../door/lifetime.ts";
import type { Polls } from "../door/polls.ts";
import type { TaskWork } from "./task-work.ts";
import type { Handler } from "../workers/task-job.ts";
import { TaskWorker, type Worker } from "../workers/task-worker.ts";
import { claim } from "./claim.ts";

/** What may pass by itself is asked again: soon (a full disk), or only to be sure (an instance says when it runs again). */
const SOON_MS = 1_000;
const CALM_MS = 60_000;
/** How long one claim waits for work. */
const WAIT_SECONDS = 50;

/** Workers in this process. Source: spec/cli.md 5.5. */
export type Work = <Payload = unknown, Result = unknown>(
  instance: string,
  params: WorkParams,
  handler: Handler<Payload, Result>,
) => Promise<Worker>;

/** A worker as its Hopper has it. */
export type Employed = Pick<TaskWorker<never, never>, "stop" | "abandon">;

interface Workplace {
  readonly door: Door;
  readonly journal: Journal;
  readonly polls: Polls;
  readonly tasks: TaskWork;
  /** Those that work here, until they have ended. */
  readonly workers: Set<Employed>;
  /** Is the Hopper being closed? Then nobody begins any more. */
  readonly isClosing: () => boolean;
}

/** Begins to work for an instance; resolves once it is sure that this can be done. */
export function work({ door, journal, polls, tasks, workers, isClosing }: Workplace): Work {
  return async (instance, params, handler) => {
    const [signal, asked] = apart(params);
    const checked = check(contract, asked);
    signal?.throwIfAborted();
    const { id, name, scope } = door.instance(instance, "instance");
    if (!hasQueue(scope)) {
      const detail = `${name} is ${scope}, which has no queue to work from.`;
      throw new HopperError("not_claimable", detail, { scope });
    }
    if (typeof handler !== "function")
      throw new HopperError("validation_failed", "the handler is missing; a function is accepted", {
        field: "handler",
      });
    door.mustWrite();
    if (isClosing()) throw errorOf(DRAINING);
    const { workerId = `work-${process.pid}`, capabilities, concurrency, drainMs } = checked;
    const leaseMs = checked.leaseMs ?? door.settings.workers.leaseMs;
    const lease = { workerId, capabilities, leaseSeconds: leaseMs / 1_000, waitSeconds: WAIT_SECONDS };
    const worker = new TaskWorker(
      {
        claim: (max, stop) => claim({ door, polls }, id, { ...lease, max, signal: stop }, "in process"),
        async news(stop, calm) {
          const bell = new Bell();
          const ignore = journal.onClaimable(bell.ring);
          const within = calm === undefined ? SOON_MS : CALM_MS;
          await door.lifetime.wait(bell, { within, signal: stop }).finally(ignore);
        },
        onAttemptEnd: (ref, ended) => journal.onAttemptEnd(Number(ref.slice(2)), ended),
        tasks,
        clock: door.clock,
        log: door.log,
      },
      { concurrency, leaseMs, drainMs },
      handler,
    );
    const stop = (): void => void worker.stop();
    signal?.addEventListener("abort", stop);
    workers.add(worker);
    const over = (): void => {
      workers.delete(worker);
      signal?.removeEventListener("abort", stop);
    };
    worker.done.then(over, over);
    return worker;
  };
}
