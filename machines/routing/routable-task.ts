import type { InstanceNo } from "../records/values.ts";
import type { Task } from "../records/task.ts";

/**
 * What routing looks at of a task; a whole {@link Task} is one, and so is a task body that is only previewed.
 * `chain`, `refusedBy`: instance numbers; `project`: the name of the child that is to have it, ids already
 * resolved to names by the caller. Source: spec/domain.md 2.6.
 */
export interface RoutableTask extends Readonly<
  Pick<Task, "title" | "description" | "priority" | "project" | "route" | "routingRound">
> {
  readonly tags: readonly string[];
  /** Only whether there are any counts (complexity). */
  readonly dependsOn: readonly unknown[];
  readonly chain: readonly InstanceNo[];
  readonly refusedBy: readonly InstanceNo[];
  /**
   * Those of `refusedBy` who had taken it and gave it back (escalated, reassigned): they never count as full,
   * and a PROJECT that nobody else is left below handles the task itself. Absent = none.
   */
  readonly returnedBy?: readonly InstanceNo[];
}
