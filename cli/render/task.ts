import { attemptLines } from "./attempts.ts";
import {
  nameOf,
  type AttemptBody,
  type ChainBody,
  type Names,
  type TaskBody,
  type WaitBody,
} from "./bodies.ts";
import { chainLines, standing, waitLines } from "./chain.ts";
import { fieldLines, jsonText } from "./fields.ts";
import { byText } from "./instance.ts";
import { paint, toneOf, type Look, type Tone } from "./look.ts";
import { tableLines, type Column } from "./table.ts";
import { age, clean, fit } from "./text.ts";

/** What a list of tasks shows beside them. */
export interface TaskListing {
  readonly names: Names;
  /** By id; of those that somebody could work on it is not said. */
  readonly waits: ReadonlyMap<string, WaitBody>;
}

/** A longer one is cut, but in a wide table. */
const WAIT_COLUMNS = 40;

/** `task list`. */
export function taskTable(tasks: readonly TaskBody[], { names, waits }: TaskListing, look: Look): string[] {
  const waitOf = ({ id }: TaskBody): string => {
    const text = waits.get(id)?.text ?? "-";
    return look.wide ? text : fit(text, WAIT_COLUMNS);
  };
  const columns: Column<TaskBody>[] = [
    { head: "REF", cell: (row) => row.ref },
    { head: "STATUS", cell: statusCell, tone: statusTone },
    { head: "PRIORITY", cell: (row) => row.priority, optional: true },
    { head: "AT", cell: (row) => nameOf(row.instance_id, names) },
    { head: "TITLE", cell: (row) => row.title, flex: true },
    { head: "TAGS", cell: (row) => row.tags.join(","), optional: true },
    ...(tasks.some(({ id }) => waits.has(id))
      ? [{ head: "WAITS FOR", cell: waitOf, optional: true } as const]
      : []),
    { head: "AGE", cell: (row) => age(row.created_at, look.now), optional: true },
    { head: "WORKER", cell: (row) => row.claimed_by ?? "-", wide: true },
    { head: "ATTEMPT", cell: (row) => `${row.attempt}/${row.max_attempts}`, wide: true },
    { head: "ORIGIN", cell: (row) => nameOf(row.origin_instance_id, names), wide: true },
    { head: "ID", cell: (row) => row.id, wide: true },
  ];
  return tableLines(columns, tasks, look);
}

/** `task show`: the task, its chain, what came of it, and its attempts where one did not suffice. */
export function taskDetails(params: {
  task: TaskBody;
  chain: Pick<ChainBody, "items">;
  attempts: readonly AttemptBody[];
  names: Names;
  waits: WaitBody | undefined;
  /** The command that prints all of its output. */
  logs: string;
  look: Look;
}): string[] {
  const { task, chain, attempts, names, waits, logs, look } = params;
  const holder = task.instance_id && nameOf(task.instance_id, names);
  return [
    `${task.ref} ${paint(clean(task.title), "strong", look)}`,
    `  ${standing(task, holder, look)}`,
    ...waitLines(waits, look).map((line) => `  ${line}`),
    ...chainLines(chain, look).map((line) => `  ${line}`),
    ...fieldLines(
      [
        ["id", task.id],
        ["description", task.description],
        ["priority", task.priority],
        ["tags", task.tags.join(", ")],
        ["project", task.project],
        ["origin", task.origin_instance_id && nameOf(task.origin_instance_id, names)],
        ["depends on", task.depends_on.map((id) => nameOf(id, names)).join(", ")],
        ["run", task.run],
        ["payload", jsonText(task.payload)],
        [
          "attempt",
          `${task.attempt} of ${task.max_attempts}${task.round > 1 ? `, round ${task.round}` : ""}`,
        ],
        ["lease until", task.lease_expires_at],
        ["not before", task.not_before],
        ["deadline", task.deadline_at],
        ["created", byText(task.created_at, task.created_by)],
        ["started", task.started_at],
        ["completed", task.completed_at],
        ["result", jsonText(task.result)],
        ["error", task.error === null ? null : `${task.error.code}: ${task.error.message}`],
      ],
      look,
    ),
    ...attemptLines(attempts, logs, look),
  ];
}

/** `task explain`: its narration, one line per sentence. */
export function explainLines(
  task: TaskBody,
  { lines, fix }: { readonly lines: readonly string[]; readonly fix: string | null },
  look: Look,
): string[] {
  const status = paint(task.status, toneOf(task.status), look);
  return [
    `${task.ref} ${paint(clean(task.title), "strong", look)} [${status}]`,
    ...lines.map((line) => `  ${clean(line)}`),
    ...(fix === null ? [] : [`  ${paint(fix, "strong", look)}`]),
  ];
}

function statusCell(task: TaskBody): string {
  return task.status === "pending" && task.held_reason !== null ? `held (${task.held_reason})` : task.status;
}

function statusTone(task: TaskBody): Tone | undefined {
  return toneOf(task.status);
}
