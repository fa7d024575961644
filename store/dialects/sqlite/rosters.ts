import type { InstanceNo } from "../../../machines/records/values.ts";
import type { RosterEntry } from "../../../machines/records/instance.ts";
import { INSTANCE_STATUS, INSTANCE_TYPE, SCOPE, wordOf } from "./codes.ts";
import { INSTANCE_STATUSES_BY_CODE, SCOPES_BY_CODE, TYPES_BY_CODE } from "./instances.ts";
import type { Database } from "./library.ts";
import { prepared } from "./prepared.ts";
import { listOf, listText, marks } from "./values.ts";

const COLUMNS = [
  "parent",
  "child",
  "name",
  "scope",
  "type",
  "status",
  "description",
  "capabilities",
  "strict_capabilities",
  "domains",
  "max_concurrent",
  "room",
  "open_elsewhere",
  "own_open",
  "child_version",
  "backoff_until",
  "refusals",
];

interface RosterRow {
  parent: number;
  child: number;
  name: string;
  scope: number;
  type: number;
  status: number;
  description: string | null;
  capabilities: string | null;
  strict_capabilities: number;
  domains: string | null;
  max_concurrent: number;
  room: number;
  open_elsewhere: number;
  own_open: number;
  child_version: number;
  backoff_until: number | null;
  refusals: number;
}

function entryOf(row: RosterRow): RosterEntry {
  return {
    parent: row.parent,
    child: row.child,
    name: row.name,
    scope: wordOf(SCOPES_BY_CODE, row.scope),
    type: wordOf(TYPES_BY_CODE, row.type),
    status: wordOf(INSTANCE_STATUSES_BY_CODE, row.status),
    description: row.description,
    capabilities: listOf<string>(row.capabilities),
    strictCapabilities: row.strict_capabilities === 1,
    domains: listOf<string>(row.domains),
    maxConcurrent: row.max_concurrent,
    room: row.room,
    openElsewhere: row.open_elsewhere,
    ownOpen: row.own_open,
    childVersion: row.child_version,
    backoffUntil: row.backoff_until,
    refusals: row.refusals,
  };
}

/** Reads and writes of table `roster`. */
export function rosterTable(db: Database) {
  const upsert = prepared(
    db,
    `INSERT INTO roster (${COLUMNS.join(", ")}) VALUES (${marks(COLUMNS)})
     ON CONFLICT (parent, child) DO UPDATE SET ${COLUMNS.slice(2)
       .map((column) => `${column} = excluded.${column}`)
       .join(", ")}`,
  );
  const ofParent = prepared(db, "SELECT * FROM roster WHERE parent = ? ORDER BY child");
  return {
    upsert(e: RosterEntry): void {
      upsert.write([
        e.parent,
        e.child,
        e.name,
        SCOPE[e.scope],
        INSTANCE_TYPE[e.type],
        INSTANCE_STATUS[e.status],
        e.description,
        listText(e.capabilities),
        e.strictCapabilities ? 1 : 0,
        listText(e.domains),
        e.maxConcurrent,
        e.room,
        e.openElsewhere,
        e.ownOpen,
        e.childVersion,
        e.backoffUntil,
        e.refusals,
      ]);
    },
    ofParent(parent: InstanceNo): RosterEntry[] {
      return (ofParent.all(parent) as RosterRow[]).map(entryOf);
    },
  };
}
