import type { Auditor } from "../actors/engine/auditor.ts";
import type { Commits } from "../actors/engine/observers.ts";
import type { Beside } from "./door/beside.ts";
import type { Door } from "./door/door.ts";
import type { ListEventsParams } from "./contracts/events.ts";
import { Journal } from "./door/journal.ts";
import { letGo } from "./door/store.ts";
import { Polls } from "./door/polls.ts";
import { deadLetters } from "./verbs/dead-letters.ts";
import { delegations } from "./verbs/delegations.ts";
import { examine } from "./verbs/doctor.ts";
import { instances } from "./verbs/instances.ts";
import { internals, INTERNALS, type OrphansEnded } from "./verbs/internals.ts";
import { route } from "./verbs/route.ts";
import { stats } from "./verbs/stats.ts";
import { work, type Employed } from "./verbs/work.ts";
import { taskIntake } from "./verbs/task-intake.ts";
import { taskMoves } from "./verbs/task-moves.ts";
import { taskQuestions } from "./verbs/task-questions.ts";
import { taskWork } from "./verbs/task-work.ts";

/** What a Hopper is made of beside its door. */
export interface Parts {
  readonly mode: "own" | "read";
  readonly commits: Commits;
  readonly beside: Beside | null;
  readonly auditor: Auditor;
  readonly left: OrphansEnded;
}

/** Every group of verbs, on one door and one journal. */
export function compose(door: Door, { mode, commits, beside, auditor, left }: Parts) {
  const { store, system, lifetime } = door;
  const journal = new Journal(door, commits, beside);
  let closing: Promise<void> | null = null;
  const workers = new Set<Employed>();
  const end = async (): Promise<void> => {
    // What is under way may still report how it went, as long as there is a store to report to.
    if (system.failed) for (const worker of workers) worker.abandon();
    else await Promise.all(Array.from(workers, (worker) => worker.stop()));
    lifetime.close();
    auditor.stop();
    await system.stop();
    await journal.delivered();
    if (system.failed) await store.abandon();
    else await letGo(store, door.log, mode === "own" ? "checkpoint" : undefined);
    lifetime.closed();
  };
  const close = (): Promise<void> => (closing ??= end());
  const polls = new Polls(commits, door.clock);
  const tasks = lifetime.verbs({
    ...taskIntake(door, journal),
    ...taskMoves(door),
    ...taskWork(door),
    ...taskQuestions(door, journal),
  });
  return {
    instances: lifetime.verbs(instances(door, journal, polls)),
    tasks,
    delegations: lifetime.verbs(delegations(door)),
    route: lifetime.verbs(route(door)),
    deadLetters: lifetime.verbs(deadLetters(door)),
    events: (params?: ListEventsParams) => journal.read(params),
    on: journal.on,
    ...lifetime.verbs({
      work: work({ door, journal, polls, tasks, workers, isClosing: () => closing !== null }),
      stats: () => stats(door),
      doctor: () => examine(store),
      async settle() {
        if (mode === "own") await system.settle();
        await journal.delivered();
      },
    }),
    close,
    [Symbol.asyncDispose]: close,
    [INTERNALS]: internals(door, journal, { left, audit: () => auditor.tick(), workers }),
  };
}
