import type { EntityManager } from "@mikro-orm/sqlite";
import type { TaskStatus } from "../../../../machines/records/task.ts";
import type { TaskFilter } from "../../../store.ts";
import { TASK_STATUS } from "../../../tables/codes.ts";
import { TASK, TASK_TAG } from "../../../tables/task.ts";
import { entityOf } from "../entities.ts";
import { SCATTERED, TOGETHER } from "./scan.ts";
import { places, type Source } from "./source.ts";

export const TASK_ROW = entityOf(TASK);
export const TASK_TAG_ROW = entityOf(TASK_TAG);

/** Rows of each tag that are looked at to tell the rarest. */
const LOOKED_AT = 2_000;

/** Where the rows come from, and the filters that this answers, so that rows need no further check for them. */
interface Driver {
  readonly serves: readonly (keyof TaskFilter)[];
  readonly where: NonNullable<Source["where"]>;
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
function driverOf(filter: TaskFilter): Driver {
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

/** By the rarest of the tags, as far as a look at a few rows of each tells. */
async function rarestOf(em: EntityManager, tags: readonly string[]): Promise<string> {
  let found = { tag: tags[0] as string, rows: Number.POSITIVE_INFINITY };
  if (tags.length === 1) return found.tag;
  for (const tag of tags) {
    const query = em.createQueryBuilder(TASK_TAG_ROW, "g").select("g.task as no").where({ tag });
    const { length: rows } = await places(query.limit(LOOKED_AT).execute("all", false));
    if (rows < found.rows) found = { tag, rows };
  }
  return found.tag;
}

/** Where the tasks of a filter come from in this order. */
export async function sourceOf(
  em: EntityManager,
  filter: TaskFilter,
): Promise<Source & Pick<Driver, "serves">> {
  const { tags = [], sort = "-created" } = filter;
  const direction = sort === "created" || sort === "updated" ? "asc" : "desc";
  const scattered = { direction, windows: SCATTERED } as const;
  // In order of change; the number decides between changes of one millisecond.
  if (sort === "updated" || sort === "-updated") return { ...scattered, key: "updated_at", serves: [] };
  const driver = driverOf(filter);
  const isWide = driver.where.length === 0 || driver.serves.every((key) => key === "holder");
  if (tags.length > 0 && isWide) {
    const where = [{ sql: "t.tag = ?", values: [await rarestOf(em, tags)] }];
    const serves: Driver["serves"] = tags.length === 1 ? ["tags"] : [];
    return { ...scattered, entity: TASK_TAG_ROW, number: "task", where, serves };
  }
  return { ...scattered, ...driver, windows: driver.where.length === 0 ? TOGETHER : SCATTERED };
}
