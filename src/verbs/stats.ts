import { emptyTally } from "../../machines/records/instance.ts";
import { TASK_STATUSES } from "../../machines/records/task.ts";
import { DESK } from "../../machines/records/values.ts";
import type { Door } from "../door/door.ts";
import { iso } from "../views/view-of.ts";
import type { Stats } from "../views/views.ts";

/** Names shown of each group of instances. */
const NAMES = 100;

/** Everything counted, from what the instances keep: no task is read. Source: spec/api.md 4.3. */
export async function stats(door: Door): Promise<Stats> {
  const groups = new Map<string, Stats["instances"][number]>();
  for (const { scope, status, name } of await door.store.directory("all")) {
    const group = groups.get(`${scope} ${status}`) ?? { scope, status, count: 0, names: [] };
    groups.set(`${scope} ${status}`, group);
    group.count += 1;
    if (group.names.length < NAMES) group.names.push(name);
  }
  const sum = emptyTally(DESK);
  for (const tally of await door.store.queries.tallies())
    for (const status of TASK_STATUSES) sum[status] += tally[status];
  const { instance: _all, ...byStatus } = sum;
  const { done, failed, cancelled } = byStatus;
  const total = Object.values(byStatus).reduce((count, more) => count + more, 0);
  const letters = await door.store.queries.deadLetters({ limit: 1, cursor: null, count: true });
  const owner = door.store.owner();
  return {
    instances: [...groups.values()],
    tasks: {
      total,
      open: total - done - failed - cancelled,
      inProgress: byStatus.claimed + byStatus.in_progress,
      byStatus,
      held: byStatus.pending,
    },
    deadLetters: letters.total ?? 0,
    owner: owner && { ...owner, since: owner.since === null ? null : iso(owner.since) },
  };
}
