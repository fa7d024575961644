import type { EntityManager } from "@mikro-orm/sqlite";
import { FINAL_TASK_STATUSES } from "../../../../machines/records.ts";
import type { TaskStatus } from "../../../../machines/records.ts";
import { TaskTagRow } from "../../../entities/task-tag.ts";
import { TaskRow } from "../../../entities/task.ts";
import type { TaskFilter } from "../../../store.ts";
import { TASK_STATUS } from "../codes.ts";
import type { Place } from "./cursor.ts";
import type { Condition } from "./filters.ts";
import type { Walk } from "./walk.ts";

export type Direction = "asc" | "desc";

/** Which index gives the rows: the filter it serves, and the columns it needs no further check for. */
export interface Driver {
  readonly serves: readonly (keyof TaskFilter)[];
  /** A condition on `t`, written so that the index fits it. */
  readonly where: Condition | null;
}

const FINAL: ReadonlySet<TaskStatus> = new Set(FINAL_TASK_STATUSES);
const LOST: ReadonlySet<TaskStatus> = new Set(["failed", "cancelled"]);

function codesOf(statuses: readonly TaskStatus[]): string {
  return statuses.map((status) => TASK_STATUS[status]).join(", ");
}

/** The rarest first. Partial indexes are used only where their condition stands word by word. */
export function driverOf(filter: TaskFilter): Driver {
  const { parentTask, runId, project, status, holder } = filter;
  if (parentTask !== undefined)
    return { serves: ["parentTask"], where: { sql: "t.parent_task = ?", values: [parentTask] } };
  if (runId !== undefined) return { serves: ["runId"], where: { sql: "t.run_id = ?", values: [runId] } };
  if (status !== undefined && status.every((one) => !FINAL.has(one))) {
    return {
      serves: ["status"],
      where: { sql: `t.status < 7 and t.status in (${codesOf(status)})`, values: [] },
    };
  }
  if (status !== undefined && status.every((one) => LOST.has(one))) {
    return {
      serves: ["status"],
      where: { sql: `t.status >= 8 and t.status in (${codesOf(status)})`, values: [] },
    };
  }
  if (project !== undefined)
    return { serves: ["project"], where: { sql: "t.project = ?", values: [project] } };
  if (holder === null) return { serves: ["holder"], where: { sql: "t.holder is null", values: [] } };
  if (holder !== undefined) return { serves: ["holder"], where: { sql: "t.holder = ?", values: [holder] } };
  return { serves: [], where: null };
}

/** Rows of a query that selects `no`, and `key` when it sorts by something else. */
export async function places(rows: Promise<unknown>): Promise<Place[]> {
  return ((await rows) as { no: number; key?: number }[]).map(({ no, key }) => ({ no, key: key ?? 0 }));
}

export function byNumber(em: EntityManager, driver: Driver, direction: Direction): Walk["candidates"] {
  return (after, count) => {
    const query = em.createQueryBuilder(TaskRow, "t").select("no").orderBy({ no: direction }).limit(count);
    if (driver.where !== null) query.andWhere(driver.where.sql, [...driver.where.values]);
    if (after !== null) query.andWhere({ no: { [direction === "desc" ? "$lt" : "$gt"]: after.no } });
    return places(query.execute("all", false));
  };
}

export function byTag(em: EntityManager, tag: string, direction: Direction): Walk["candidates"] {
  return (after, count) => {
    const query = em.createQueryBuilder(TaskTagRow, "g").select("g.task as no").where({ tag });
    if (after !== null) query.andWhere({ task: { [direction === "desc" ? "$lt" : "$gt"]: after.no } });
    return places(query.orderBy({ task: direction }).limit(count).execute("all", false));
  };
}

/** In order of change; the number decides between changes of one millisecond. */
export function byUpdate(em: EntityManager, direction: Direction): Walk["candidates"] {
  const further = direction === "desc" ? "<" : ">";
  return (after, count) => {
    const query = em.createQueryBuilder(TaskRow, "t").select(["no", "t.updated_at as key"]);
    if (after !== null) query.andWhere(`(t.updated_at, t.no) ${further} (?, ?)`, [after.key, after.no]);
    return places(query.orderBy({ updatedAt: direction, no: direction }).limit(count).execute("all", false));
  };
}
