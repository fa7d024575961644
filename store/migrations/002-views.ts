import { words } from "./002-views/words.ts";
import type { SchemaStep } from "./steps.ts";

/** `(SELECT text …) AS column`: the word for a code. */
function word(kind: string, column: string, as = column.replace(/^\w+\./, "")): string {
  return `(SELECT w.text FROM word w WHERE w.kind = '${kind}' AND w.code = ${column}) AS ${as}`;
}

/** A UUID as people write it. */
function uuid(column: string): string {
  const hex = `lower(hex(${column}))`;
  const parts = [
    [1, 8],
    [9, 4],
    [13, 4],
    [17, 4],
    [21, 12],
  ].map(([from, length]) => `substr(${hex}, ${from}, ${length})`);
  return `${parts.join(" || '-' || ")} AS id`;
}

/** ISO 8601 in UTC. */
function moment(column: string): string {
  const name = column.replace(/^\w+\./, "");
  return `strftime('%Y-%m-%dT%H:%M:%fZ', ${column} / 1000.0, 'unixepoch') AS ${name}`;
}

const ref = (letter: string, column: string, as: string): string =>
  `CASE WHEN ${column} IS NULL THEN NULL ELSE '${letter}-' || ${column} END AS ${as}`;
const nameOf = (column: string, as: string): string =>
  `(SELECT n.name FROM instance n WHERE n.no = ${column}) AS ${as}`;

function views(): string {
  return `
CREATE VIEW instance_view AS SELECT i.no, i.id, i.name, ${word("scope", "i.scope")},
  ${word("instance_type", "i.type")}, ${nameOf("i.parent", "parent")}, i.depth, ${word("instance_status", "i.status")},
  i.description, i.config, i.created_by, ${moment("i.created_at")}, ${moment("i.updated_at")},
  ${moment("i.started_at")}, ${moment("i.stopped_at")}, i.version, ${word("intent", "i.intent")},
  ${moment("i.wake_at")} FROM instance i;
CREATE VIEW task_view AS SELECT ${ref("T", "t.no", "ref")}, ${uuid("t.id")}, t.title, x.description, t.tags,
  ${word("priority", "t.priority")}, ${word("task_status", "t.status")}, ${word("held_reason", "t.held_reason")},
  ${nameOf("t.holder", "holder")}, ${nameOf("t.origin", "origin")}, ${nameOf("t.keeper", "keeper")},
  ${ref("D", "t.pending_hop", "pending_hop")}, t.chain, ${ref("T", "t.parent_task", "parent_task")}, t.key, t.run_id,
  t.project, t.attempt, t.failures, t.max_attempts, t.round, t.epoch, t.claimed_by,
  ${word("lease_kind", "t.lease_kind")}, ${moment("t.lease_expires_at")}, ${word("outcome", "t.outcome")},
  r.value AS result, coalesce(r.error, t.error) AS error, x.run, x.payload, ${word("task_source", "t.source")},
  t.created_by, t.version, ${moment("t.created_at")}, ${moment("t.updated_at")}, ${moment("t.started_at")},
  ${moment("t.completed_at")}, ${moment("t.due_at")}
  FROM task t LEFT JOIN task_text x ON x.task = t.no
  LEFT JOIN task_result r ON r.task = t.no AND r.round = t.round;
CREATE VIEW delegation_view AS SELECT ${ref("D", "d.no", "ref")}, ${uuid("d.id")}, ${ref("T", "d.task", "task")}, d.seq,
  ${nameOf("d.source", "source")}, ${nameOf("d.target", "target")}, ${word("delegation_type", "d.type")},
  ${word("delegation_status", "d.status")}, ${word("reason", "d.reason_code")}, d.reason_text,
  ${word("outcome", "d.outcome")}, ${word("task_status", "d.task_status")}, d.delegated_by, ${moment("d.delegated_at")},
  ${moment("d.decided_at")}, ${moment("d.completed_at")}, ${moment("d.expires_at")}, d.notes,
  ${ref("D", "d.previous", "previous")}, d.round, d.routing_round, d.version FROM delegation d;
CREATE VIEW event_view AS SELECT e.position, ${moment("e.at")}, ${word("event", "e.name", "event")},
  ${nameOf("e.instance", "instance")}, ${ref("T", "e.task", "task")}, ${ref("D", "e.delegation", "delegation")},
  (SELECT a.name FROM who a WHERE a.no = e.actor) AS actor,
  CASE WHEN e.cause < 0 THEN 'C-' || -e.cause WHEN e.cause > 0 THEN 'E-' || e.cause END AS cause, e.data FROM event e;
`;
}

/** Version 2: the words behind the codes, and views that show them, for whoever looks into the file with a shell. */
export const wordsAndViews: SchemaStep = {
  version: 2,
  name: "002-words-and-views",
  touches: "tables",
  sql: () => [
    `CREATE TABLE word (
  kind TEXT NOT NULL, code INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (kind, code)
) STRICT, WITHOUT ROWID;\n`,
    words,
    views(),
  ],
};
