import type { Metrics } from "../../actors/engine/system-params.ts";
import type { InstanceConfig } from "../../machines/records/instance.ts";
import type { ProcessMark } from "../../machines/records/task.ts";
import type { TaskView } from "../views/views.ts";
import type { Claim } from "./instances.ts";
import type { CreateTaskParams } from "./tasks.ts";

/** For Hopper's own workers and plan runner: not part of the promise to library users. */
export interface Internals {
  /** Enter a hierarchy (created or matched by name, started) and tasks, in one transaction. Tasks are unassigned until {@link assign}. */
  enterPlan(params: {
    runId: string;
    hierarchy: PlanNode;
    tasks: CreateTaskParams[];
    by?: string | undefined;
  }): Promise<{ rootId: string; tasks: TaskView[] }>;
  claimOwn(
    id: string,
    params: { workerId: string; leaseSeconds: number },
  ): Promise<{ claims: Claim[]; nextAt: number | null }>;
  /** The mark of the process group that will run the command; resolves after its commit, before the command may start. */
  started(taskId: string, params: { leaseToken: string; process: ProcessMark }): Promise<TaskView>;
  /** Tasks that were under a lease of a worker of the former owner, with their processes. */
  orphans(): Promise<{ taskId: string; ref: string; epoch: number; process: ProcessMark | null }[]>;
  /** Ends such a lease at once: the process is known to be gone. */
  orphaned(taskId: string, epoch: number): Promise<void>;
  /** What a former owner had left running when this one opened the store; it was ended before the loop began. */
  readonly left: OrphansEnded;
  /** Batches, turns, commits and stored messages since the store was opened. */
  metrics(): Readonly<Metrics>;
  /** Runs of a plan by prefix of the run id, newest first. */
  runs(prefix: string): Promise<string[]>;
  runTasks(runId: string): Promise<TaskView[]>;
  /** Called after each commit, with the instance ids at which something became claimable (a hint; polling is the truth). */
  onClaimable(listener: () => void): () => void;
  /** Moment of the next timer; null = none. For "nothing is running, due or backing off". */
  nextDue(): Promise<number | null>;
}

/** What a former owner had left running, and what was done. */
export interface OrphansEnded {
  /** Refs of the tasks whose lease was ended. */
  readonly tasks: readonly string[];
  /** Process groups that were still running, and are not any more. */
  readonly groups: readonly number[];
}

export interface PlanNode {
  name: string;
  scope: string;
  config?: InstanceConfig | undefined;
  description?: string | undefined;
  instanceType?: string | undefined;
  children: PlanNode[];
}
