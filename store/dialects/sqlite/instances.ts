import type { Instance, InstanceConfig } from "../../../machines/records/instance.ts";
import type { Json, Reply } from "../../../machines/records/values.ts";
import type { DirectoryEntry } from "../../store.ts";
import { INSTANCE_STATUS, INSTANCE_TYPE, INTENT, SCOPE, wordOf, wordsByCode } from "./codes.ts";
import type { Database } from "./library.ts";
import { one, prepared } from "./prepared.ts";
import { assignments, jsonText, listOf, listText, marks } from "./values.ts";

const CONSTANT = ["no", "id", "scope", "type", "parent", "depth", "root", "created_by", "created_at"];
const CHANGEABLE = [
  "name",
  "config",
  "inherited",
  "runtime_metadata",
  "status",
  "description",
  "updated_at",
  "started_at",
  "stopped_at",
  "version",
  "intent",
  "wake_at",
  "waiting",
];

export const SCOPES_BY_CODE = wordsByCode(SCOPE);
export const TYPES_BY_CODE = wordsByCode(INSTANCE_TYPE);
export const INSTANCE_STATUSES_BY_CODE = wordsByCode(INSTANCE_STATUS);
const INTENTS_BY_CODE = wordsByCode(INTENT);

function constants(i: Instance): unknown[] {
  return [
    i.no,
    i.id,
    SCOPE[i.scope],
    INSTANCE_TYPE[i.type],
    i.parent,
    i.depth,
    i.root,
    i.createdBy,
    i.createdAt,
  ];
}

function changeables(i: Instance): unknown[] {
  return [
    i.name,
    JSON.stringify(i.config),
    JSON.stringify(i.inherited),
    jsonText(i.runtimeMetadata),
    INSTANCE_STATUS[i.status],
    i.description,
    i.updatedAt,
    i.startedAt,
    i.stoppedAt,
    i.version,
    i.intent === null ? null : INTENT[i.intent],
    i.wakeAt,
    listText(i.waiting),
  ];
}

interface InstanceRow {
  no: number;
  id: string;
  name: string;
  scope: number;
  type: number;
  parent: number | null;
  depth: number;
  root: number;
  config: string;
  inherited: string;
  runtime_metadata: string;
  status: number;
  description: string | null;
  created_by: string | null;
  created_at: number;
  updated_at: number;
  started_at: number | null;
  stopped_at: number | null;
  version: number;
  intent: number | null;
  wake_at: number | null;
  waiting: string | null;
}

function instanceOf(row: InstanceRow): Instance {
  return {
    no: row.no,
    id: row.id,
    name: row.name,
    scope: wordOf(SCOPES_BY_CODE, row.scope),
    type: wordOf(TYPES_BY_CODE, row.type),
    parent: row.parent,
    depth: row.depth,
    root: row.root,
    config: JSON.parse(row.config) as InstanceConfig,
    inherited: JSON.parse(row.inherited) as InstanceConfig,
    runtimeMetadata: JSON.parse(row.runtime_metadata) as { [key: string]: Json },
    status: wordOf(INSTANCE_STATUSES_BY_CODE, row.status),
    description: row.description,
    createdBy: row.created_by,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    startedAt: row.started_at,
    stoppedAt: row.stopped_at,
    version: row.version,
    intent: row.intent === null ? null : wordOf(INTENTS_BY_CODE, row.intent),
    wakeAt: row.wake_at,
    waiting: listOf<Reply>(row.waiting),
  };
}

/** Reads and writes of table `instance`. */
export function instanceTable(db: Database) {
  const all = [...CONSTANT, ...CHANGEABLE];
  const insert = prepared(db, `INSERT INTO instance (${all.join(", ")}) VALUES (${marks(all)})`);
  const update = prepared(db, `UPDATE instance SET ${assignments(CHANGEABLE)} WHERE no = ?`);
  const byNo = prepared(db, "SELECT * FROM instance WHERE no = ?");
  const directory = prepared(
    db,
    "SELECT no, id, name, scope, type, status, parent, root FROM instance ORDER BY no",
  );
  return {
    insert(instance: Instance): void {
      insert.write([...constants(instance), ...changeables(instance)]);
    },
    update(instance: Instance): void {
      one(update.write([...changeables(instance), instance.no]), `instance ${instance.no}`);
    },
    byNo(no: number): Instance | null {
      const row = byNo.get(no) as InstanceRow | undefined;
      return row === undefined ? null : instanceOf(row);
    },
    directory(): DirectoryEntry[] {
      return (directory.all() as InstanceRow[]).map((row) => ({
        no: row.no,
        id: row.id,
        name: row.name,
        scope: wordOf(SCOPES_BY_CODE, row.scope),
        type: wordOf(TYPES_BY_CODE, row.type),
        status: wordOf(INSTANCE_STATUSES_BY_CODE, row.status),
        parent: row.parent,
        root: row.root,
      }));
    },
  };
}
