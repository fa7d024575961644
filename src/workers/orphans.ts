import type { ProcessMark } from "../../machines/records/task.ts";
import type { Internals, OrphansEnded } from "../verbs/internals.ts";
import { endGroup, processTable, type ProcessTable } from "./process-table.ts";

/** A task that was under a lease of a former owner's worker, with the process of its command; null = it had none yet. */
interface Orphan {
  readonly taskId: string;
  readonly process: ProcessMark | null;
}

/**
 * Ends what a former owner of the store left running, then lets the loop begin, then ends its workers' leases, so
 * that those tasks are queued again: one task never runs twice at the same time on one machine. In this order,
 * because a lease that expires takes the mark of its process along. Never signals a process whose start time differs
 * from the stored one. Source: spec/cli.md 5.3, spec/domain.md 2.5.
 */
export async function endOrphans(
  internals: Pick<Internals, "orphans" | "orphaned">,
  begin: () => void,
  table: ProcessTable = processTable(),
): Promise<OrphansEnded> {
  const orphans = await internals.orphans();
  const groups = await endOrphanGroups(orphans, table);
  begin();
  await Promise.all(orphans.map(({ taskId, epoch }) => internals.orphaned(taskId, epoch)));
  return { tasks: orphans.map(({ ref }) => ref), groups };
}

/** Ends the process groups of orphans that still run, and resolves with them when they do not any more. */
async function endOrphanGroups(orphans: readonly Orphan[], table: ProcessTable): Promise<number[]> {
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
