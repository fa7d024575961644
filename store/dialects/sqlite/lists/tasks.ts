import type { EntityManager } from "@mikro-orm/sqlite";
import { TASK_STATUSES, type Task } from "../../../../machines/records/task.ts";
import type { Tally } from "../../../../machines/records/instance.ts";
import { TaskRow } from "../../../entities/task.ts";
import type { Page, TaskFilter } from "../../../store.ts";
import { PRIORITY, TASK_STATUS } from "../codes.ts";
import type { Identity } from "../meta.ts";
import type { Tables } from "../tables.ts";
import { cursorsOf, type Place } from "./cursor.ts";
import { among, contains, equals, within, type Condition } from "./filters.ts";
import { byNumber, byTag, byUpdate, driverOf, places, type Direction } from "./task-candidates.ts";
import { countAll, SCATTERED, TOGETHER, walk, walkInTurn, type Walk, type Walked } from "./walk.ts";

type Sort = NonNullable<TaskFilter["sort"]>;

const TAGGED = "exists (select 1 from task_tag g where g.tag = ? and g.task = t.no)";
const DESCRIPTION = "(select x.description from task_text x where x.task = t.no)";

/** Every filter as a condition on rows that were chosen already. */
function conditionsOf(filter: TaskFilter): Map<keyof TaskFilter, Condition[]> {
  const all = new Map<keyof TaskFilter, Condition[]>();
  const add = (key: keyof TaskFilter, ...conditions: Condition[]): void => void all.set(key, conditions);
  const { status, holder, tags, notTags, priority, project, assignee, runId, q, parentTask } = filter;
  if (status !== undefined)
    add(
      "status",
      among(
        "status",
        status.map((one) => TASK_STATUS[one]),
      ),
    );
  if (holder === null) add("holder", { sql: "+t.holder is null", values: [] });
  else if (holder !== undefined) add("holder", equals("holder", holder));
  if (tags !== undefined) add("tags", ...tags.map((tag) => ({ sql: TAGGED, values: [tag] })));
  if (notTags !== undefined)
    add("notTags", ...notTags.map((tag) => ({ sql: `not ${TAGGED}`, values: [tag] })));
  if (priority !== undefined)
    add(
      "priority",
      among(
        "priority",
        priority.map((one) => PRIORITY[one]),
      ),
    );
  if (project !== undefined) add("project", equals("project", project));
  if (assignee !== undefined) add("assignee", equals("claimed_by", assignee));
  if (runId !== undefined) add("runId", equals("run_id", runId));
  if (parentTask !== undefined) add("parentTask", equals("parent_task", parentTask));
  if (q !== undefined && q !== "") add("q", contains(["t.title", DESCRIPTION], q));
  return all;
}

function passing(em: EntityManager, conditions: readonly Condition[]): Walk["passing"] {
  if (conditions.length === 0) return null;
  return async (candidates) => {
    const query = em.createQueryBuilder(TaskRow, "t").select("no");
    for (const { sql, values } of [within(candidates.map(({ no }) => no)), ...conditions]) {
      query.andWhere(sql, [...values]);
    }
    return new Set((await places(query.execute("all", false))).map(({ no }) => no));
  };
}

function walkOf(em: EntityManager, filter: TaskFilter, sort: Sort): Walk {
  const direction: Direction = sort === "created" || sort === "updated" ? "asc" : "desc";
  const conditions = conditionsOf(filter);
  const beside = (served: readonly (keyof TaskFilter)[]): Walk["passing"] =>
    passing(
      em,
      [...conditions].filter(([key]) => !served.includes(key)).flatMap(([, some]) => some),
    );
  if (sort === "updated" || sort === "-updated") {
    return { candidates: byUpdate(em, direction), passing: beside([]), windows: SCATTERED };
  }
  const driver = driverOf(filter);
  const { tags = [] } = filter;
  const isWide = driver.where.length === 0 || driver.serves.every((key) => key === "holder");
  if (tags.length > 0 && isWide) {
    const served: (keyof TaskFilter)[] = tags.length === 1 ? ["tags"] : [];
    return { candidates: byTag(em, tags, direction), passing: beside(served), windows: SCATTERED };
  }
  return {
    candidates: byNumber(em, driver, direction),
    passing: beside(driver.serves),
    windows: driver.where.length === 0 ? TOGETHER : SCATTERED,
  };
}

/** Urgent first, in each priority the newest first. */
function byPriority(em: EntityManager, filter: TaskFilter, after: Place | null): Promise<Walked> {
  const priorities = (Object.keys(PRIORITY) as (keyof typeof PRIORITY)[]).filter(
    (priority) => filter.priority === undefined || filter.priority.includes(priority),
  );
  const walks = priorities.map((priority) => ({
    key: PRIORITY[priority],
    walk: walkOf(em, { ...filter, priority: [priority] }, "-created"),
  }));
  return walkInTurn({ walks, after, limit: filter.limit });
}

/** From the tallies. */
function tallied(tables: Tables, { holder, status }: TaskFilter): number {
  const tallies: readonly Tally[] =
    holder === undefined ? tables.tally.all() : [tables.tally.byNo(holder ?? 0)];
  const counted = status ?? TASK_STATUSES;
  return tallies.reduce((sum, tally) => sum + counted.reduce((part, one) => part + tally[one], 0), 0);
}

/** Lists of tasks by MikroORM's query builder, over the store's own connection. */
export function taskList(em: EntityManager, tables: Tables, identity: Identity) {
  const total = async (filter: TaskFilter): Promise<number | null> => {
    if (!filter.count) return null;
    const asked = [...conditionsOf(filter).keys()];
    // Tasks are counted as they move; a million rows are not counted again for a page.
    if (asked.every((key) => key === "holder" || key === "status")) return tallied(tables, filter);
    return countAll(walkOf(em, filter, "-created"));
  };
  return async (filter: TaskFilter): Promise<Page<Task>> => {
    const sort = filter.sort ?? "-created";
    const cursors = cursorsOf(identity, `tasks/${sort}`);
    const after = cursors.read(filter.cursor);
    const { nos, next } =
      sort === "priority"
        ? await byPriority(em, filter, after)
        : await walk({ walk: walkOf(em, filter, sort), after, limit: filter.limit });
    const items = nos.map((no) => tables.task.byNo(no)).filter((task) => task !== null);
    return { items, nextCursor: next === null ? null : cursors.write(next), total: await total(filter) };
  };
}
