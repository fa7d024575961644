import type { EntityManager } from "@mikro-orm/sqlite";
import type { TaskStatus } from "../../../../machines/records/task.ts";
import { TaskTagRow } from "../../../entities/task-tag.ts";
import { TaskRow } from "../../../entities/task.ts";
import type { TaskFilter } from "../../../store.ts";
import { TASK_STATUS } from "../codes.ts";
import type { Place } from "./cursor.ts";
import type { Condition } from "./filters.ts";
import type { Walk } from "./walk.ts";

/** Rows of each tag that are looked at to tell the rarest. */
const LOOKED_AT = 2_000;

export type Direction = "asc" | "desc";

/** Which index gives the rows: the filter it serves, so that rows need no further check for it. */
export interface Driver {
  readonly serves: readonly (keyof TaskFilter)[];
  /** Conditions on `t`, each the beginning of an index; more than one are read one by one and merged. */
  readonly where: readonly Condition[];
}

const COMMON: TaskStatus = "done";
/** Final, and rare among what is final: there is an index of them by holder. */
const UNWELL: ReadonlySet<TaskStatus> = new Set<TaskStatus>(["failed", "cancelled"]);

function byStatus(statuses: readonly TaskStatus[]): Driver {
  const where = statuses.map((status) => ({ sql: "t.status = ?", values: [TASK_STATUS[status]] }));
  return { serves: ["status"], where };
}

function byHolderUnwell(holder: number, statuses: readonly TaskStatus[]): Driver {
  const sql = "t.holder = ? and t.final > 7 and t.final = ?";
  const where = statuses.map((status) => ({ sql, values: [holder, TASK_STATUS[status]] }));
  return { serves: ["holder", "status"], where };
}

/** The rarest first. */
export function driverOf(filter: TaskFilter): Driver {
  const { parentTask, runId, project, status, holder } = filter;
  const by = (key: keyof TaskFilter, column: string, value: string | number): Driver => {
    return { serves: [key], where: [{ sql: `t.${column} = ?`, values: [value] }] };
  };
  if (parentTask !== undefined) return by("parentTask", "parent_task", parentTask);
  if (runId !== undefined) return by("runId", "run_id", runId);
  if (status !== undefined && holder !== undefined && holder !== null) {
    if (status.every((one) => UNWELL.has(one))) return byHolderUnwell(holder, status);
  }
  if (status !== undefined && !status.includes(COMMON)) return byStatus(status);
  if (project !== undefined) return by("project", "project", project);
  if (holder === null) return { serves: ["holder"], where: [{ sql: "t.holder is null", values: [] }] };
  if (holder !== undefined) return by("holder", "holder", holder);
  if (status !== undefined && filter.tags === undefined) return byStatus(status);
  return { serves: [], where: [] };
}

/** Rows of a query that selects `no`, and `key` when it sorts by something else. */
export async function places(rows: Promise<unknown>): Promise<Place[]> {
  return ((await rows) as { no: number; key?: number }[]).map(({ no, key }) => ({ no, key: key ?? 0 }));
}

export function byNumber(em: EntityManager, driver: Driver, direction: Direction): Walk["candidates"] {
  const sign = direction === "desc" ? -1 : 1;
  const read = (where: Condition | undefined, after: Place | null, count: number): Promise<Place[]> => {
    const query = em.createQueryBuilder(TaskRow, "t").select("no").orderBy({ no: direction }).limit(count);
    if (where !== undefined) query.andWhere(where.sql, [...where.values]);
    if (after !== null) query.andWhere({ no: { [direction === "desc" ? "$lt" : "$gt"]: after.no } });
    return places(query.execute("all", false));
  };
  return async (after, count) => {
    const [first, ...others] = driver.where;
    const found = await read(first, after, count);
    if (others.length === 0) return found;
    for (const where of others) found.push(...(await read(where, after, count)));
    return found.sort((a, b) => sign * (a.no - b.no)).slice(0, count);
  };
}

/** By the rarest of the tags, as far as a look at a few rows of each tells. */
export function byTag(em: EntityManager, tags: readonly string[], direction: Direction): Walk["candidates"] {
  let rarest: Promise<string> | null = null;
  return async (after, count) => {
    rarest ??= rarestOf(em, tags);
    const query = tagged(em, await rarest);
    if (after !== null) query.andWhere({ task: { [direction === "desc" ? "$lt" : "$gt"]: after.no } });
    return await places(query.orderBy({ task: direction }).limit(count).execute("all", false));
  };
}

function tagged(em: EntityManager, tag: string) {
  return em.createQueryBuilder(TaskTagRow, "g").select("g.task as no").where({ tag });
}

async function rarestOf(em: EntityManager, tags: readonly string[]): Promise<string> {
  let found = { tag: tags[0] as string, rows: Number.POSITIVE_INFINITY };
  if (tags.length === 1) return found.tag;
  for (const tag of tags) {
    const { length: rows } = await places(tagged(em, tag).limit(LOOKED_AT).execute("all", false));
    if (rows < found.rows) found = { tag, rows };
  }
  return found.tag;
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
