import type { ProcessMark, Task, TaskOutcome, TaskResult, Watch } from "../../machines/records/task.ts";
import { isFinal, taskDueAt } from "../../machines/records/task.ts";
import type { ErrorInfo } from "../../machines/records/values.ts";
import {
  HELD_REASON,
  LEASE_KIND,
  ON_DEPENDENCY_FAILURE,
  OUTCOME,
  PRIORITY,
  TASK_SOURCE,
  TASK_STATUS,
} from "./codes.ts";
import { boolean, integer, json, list, moment, nullable, numbers, real, text, uuid, word } from "./column.ts";
import { derived, table } from "./table.ts";

/** What was asked and an edit may change; texts, tags and dependencies stand in tables of their own as well. */
const asked = {
  title: text,
  tags: list<string>(),
  priority: word(PRIORITY),
  project: nullable(text),
  deadlineAt: nullable(moment),
  notBefore: nullable(moment),
  timeoutSeconds: nullable(real),
  maxAttempts: integer,
  route: boolean,
} as const;

/** Whose it is. Most turns leave that as it is, and not writing it spares an index and two foreign keys. */
const holding = { holder: nullable(integer), origin: nullable(integer), keeper: integer } as const;

/** The rest of where it is, and how it fares: what nearly every turn changes. */
const moving = {
  status: word(TASK_STATUS),
  heldReason: nullable(word(HELD_REASON)),
  pendingHop: nullable(integer),
  delegatedFrom: nullable(integer),
  delegatedTo: nullable(integer),
  chain: numbers,
  delegationCount: integer,
  lastDelegation: nullable(integer),
  attempt: integer,
  failures: integer,
  leaseLosses: integer,
  round: integer,
  routingRound: integer,
  refusedBy: list<number>(),
  returnedBy: list<number>(),
  waitsFor: list<number>(),
  watched: boolean,
  blockedByHand: boolean,
  arrival: nullable(integer),
  epoch: integer,
  claimedBy: nullable(text),
  leaseExpiresAt: nullable(moment),
  leaseKind: nullable(word(LEASE_KIND)),
  attemptEndsAt: nullable(moment),
  process: nullable(json<ProcessMark>()),
  progress: nullable(real),
  outcome: nullable(word<TaskOutcome>(OUTCOME)),
  firstError: nullable(json<ErrorInfo>()),
  version: integer,
  updatedAt: moment,
  startedAt: nullable(moment),
  completedAt: nullable(moment),
} as const;

const error = nullable(json<ErrorInfo>());

/** Columns that follow from the record and change as it moves. */
const moved = {
  // A final task's error stands in its result row, once.
  error: derived(error, (task: Task) => (isFinal(task.status) ? null : task.error)),
  dueAt: derived(nullable(moment), taskDueAt),
};

/** Written when a task moves; see HOLDING and FINAL for the rest of what a turn may change. */
export const MOVING: readonly string[] = [...Object.keys(moving), ...Object.keys(moved)];
export const HOLDING: readonly string[] = Object.keys(holding);
/** The status once it is final, else 0. Writing it runs the trigger of final states. */
export const FINAL = "final";

/** Its query joins `task_text` as x and the `task_result` of its round as r. */
export const TASK = table<Task, "description" | "payload" | "run" | "dependsOn" | "result" | "error">({
  name: "task",
  was: { delegationCount: "hops", lastDelegation: "last_hop" },
  key: ["no"],
  constant: {
    no: integer,
    id: uuid,
    key: nullable(text),
    runId: nullable(text),
    onDependencyFailure: word(ON_DEPENDENCY_FAILURE),
    source: word(TASK_SOURCE),
    createdBy: nullable(text),
    createdAt: moment,
    parentTask: nullable(integer),
  },
  changeable: { ...asked, ...holding, ...moving },
  derived: {
    changeable: {
      ...moved,
      [FINAL]: derived(integer, (task) => (isFinal(task.status) ? TASK_STATUS[task.status] : 0)),
    },
  },
  elsewhere: {
    description: { sql: "x.description", codec: nullable(text) },
    payload: { sql: "x.payload", codec: nullable(text) },
    run: { sql: "x.run", codec: nullable(text) },
    dependsOn: {
      sql: "(SELECT group_concat(d.depends_on, ',' ORDER BY d.seq) FROM dependency d WHERE d.task = t.no)",
      codec: numbers,
    },
    result: { sql: "r.value", codec: nullable(text) },
    error: { sql: "coalesce(r.error, t.error)", codec: error },
  },
});

/** Long texts of a task, apart from what every turn writes; no row when it has none. */
export const TASK_TEXT = table<
  { readonly task: number } & Readonly<Pick<Task, "description" | "payload" | "run">>
>({
  name: "task_text",
  key: ["task"],
  constant: { task: integer, description: nullable(text), payload: nullable(text), run: nullable(text) },
});

/** Tags of tasks by tag, for lists. */
export const TASK_TAG = table<{ readonly tag: string; readonly task: number }>({
  name: "task_tag",
  key: ["tag", "task"],
  constant: { tag: text, task: integer },
});

/** What a task depends on, in the order it was asked. */
export const DEPENDENCY = table<{ readonly task: number; readonly seq: number; readonly dependsOn: number }>({
  name: "dependency",
  key: ["task", "seq"],
  constant: { task: integer, seq: integer, dependsOn: integer },
});

export const TASK_RESULT = table<TaskResult>({
  name: "task_result",
  key: ["task", "round"],
  constant: {
    task: integer,
    round: integer,
    outcome: word<TaskOutcome>(OUTCOME),
    value: nullable(text),
    error,
    epoch: nullable(integer),
    at: moment,
  },
});

export const WATCH = table<Watch>({
  name: "watch",
  key: ["task", "dependent"],
  constant: { task: integer, dependent: integer },
});
