import { PRIORITIES, TASK_STATUSES } from "../../../../machines/records/task.ts";
import type { TaskFilter } from "../../../store.ts";
import { PRIORITY, TASK_STATUS } from "../../../tables/codes.ts";
import type { Tables } from "../tables.ts";
import { among, conditionsOf, contains, equals, type Filters } from "./filters.ts";
import { pagesOf, type Asked } from "./list.ts";
import { countAll, scan, scanInTurn, type Scan } from "./scan.ts";
import { scanOf } from "./source.ts";
import { sourceOf, TASK_ROW } from "./task-sources.ts";

const TAGGED = "exists (select 1 from task_tag g where g.tag = ? and g.task = t.no)";
const DESCRIPTION = "(select x.description from task_text x where x.task = t.no)";

const FILTERS: Filters<TaskFilter> = {
  status: among("status", TASK_STATUS),
  holder: equals("holder"),
  tags: (tags) => tags.map((tag) => ({ sql: TAGGED, values: [tag] })),
  notTags: (tags) => tags.map((tag) => ({ sql: `not ${TAGGED}`, values: [tag] })),
  priority: among("priority", PRIORITY),
  project: equals("project"),
  assignee: equals("claimed_by"),
  runId: equals("run_id"),
  parentTask: equals("parent_task"),
  q: contains("t.title", DESCRIPTION),
};

/** From the tallies. */
function tallied(tables: Tables, { holder, status }: TaskFilter): number {
  const tallies = holder === undefined ? tables.tally.all() : [tables.tally.byNo(holder ?? 0)];
  const counted = status ?? TASK_STATUSES;
  return tallies.reduce((sum, tally) => sum + counted.reduce((part, one) => part + tally[one], 0), 0);
}

/** Lists of tasks. */
export function taskList({ em, tables, identity }: Asked) {
  const scansOf = async (filter: TaskFilter): Promise<(filter: TaskFilter) => Scan> => {
    const source = await sourceOf(em, filter);
    return (one) => scanOf(em, TASK_ROW, source, conditionsOf(FILTERS, one, source.serves));
  };
  return pagesOf(identity, {
    name: ({ sort = "-created" }: TaskFilter) => `tasks/${sort}`,
    async page(filter, place) {
      const scanned = await scansOf(filter);
      if (filter.sort !== "priority") return scan(scanned(filter), place);
      // Urgent first, in each priority the newest first.
      const asked = PRIORITIES.filter((one) => filter.priority?.includes(one) ?? true);
      const parts = asked.map((one) => ({
        key: PRIORITY[one],
        part: scanned({ ...filter, priority: [one] }),
      }));
      return scanInTurn(parts, place);
    },
    async total(filter) {
      // Tasks are counted as they move; a million rows are not counted again for a page.
      if (conditionsOf(FILTERS, filter, ["holder", "status"]).length === 0) return tallied(tables, filter);
      const scanned = await scansOf({ ...filter, sort: "-created" });
      return countAll(scanned(filter));
    },
    record: tables.task.byNo,
  });
}
