import type { ProcessMark } from "../../machines/records.ts";
import type { Hopper } from "../api.ts";
import { endGroup, processTable } from "./process-table.ts";
import type { ProcessTable } from "./process-table.ts";

/** A task that was under a lease of a former owner's worker, with the process of its command; null = it had none yet. */
export interface Orphan {
  readonly taskId: string;
  readonly process: ProcessMark | null;
}

/** What was found and done, for the log. */
export interface OrphansEnded {
  /** Refs of the tasks whose lease was ended. */
  readonly tasks: readonly string[];
  /** Process groups that were still running, and are not any more. */
  readonly groups: readonly number[];
}

/**
 * Ends what a former owner of the store left running, then its workers' leases, so that those tasks are
 * queued again: one task never runs twice at the same time on one machine. To be called once by a new owner,
 * before any worker claims. Never signals a process whose start time differs from the stored one.
 * Source: 5-cli.md 5.3, 2-domain.md 2.5.
 */
export async function endOrphans(
  hopper: Hopper,
  table: ProcessTable = processTable(),
): Promise<OrphansEnded> {
  const orphans = await hopper.internals.orphans();
  const groups = await endOrphanGroups(orphans, table);
  await Promise.all(orphans.map(({ taskId, epoch }) => hopper.internals.orphaned(taskId, epoch)));
  return { tasks: orphans.map(({ ref }) => ref), groups };
}

/**
 * Ends the process groups of orphans that still run, and resolves with them when they do not any more. The
 * marks are gone with the leases: whoever lets leases expire (the loop of a new owner) calls this before.
 */
export async function endOrphanGroups(
  orphans: readonly Orphan[],
  table: ProcessTable = processTable(),
): Promise<number[]> {
  const ended = await Promise.all(
    orphans.map(async ({ taskId, process }) => {
      if (process === null || !isOurs({ taskId, process, table })) return [];
      await endGroup(process.pid, { table });
      return [process.pid];
    }),
  );
  return ended.flat();
}

/**
 * The group's leader is there and began when the stored one did. Or it has gone and left processes behind:
 * the kernel then gives its number to nobody, and a member that carries this task's id proves the group.
 */
function isOurs(params: { taskId: string; process: ProcessMark; table: ProcessTable }): boolean {
  const { taskId, process, table } = params;
  const leader = table.read(process.pid);
  if (leader !== null) return leader.startedAt === process.startedAt && leader.group === process.pid;
  return table
    .group(process.pid)
    .some(
      ({ pid, ended }) => !ended && table.environment(pid)?.includes(`HOPPER_TASK_ID=${taskId}`) === true,
    );
}
