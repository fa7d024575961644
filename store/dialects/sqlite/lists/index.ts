import { DeadLetterRow } from "../../../entities/dead-letter.ts";
import { DelegationRow } from "../../../entities/delegation.ts";
import { InstanceRow } from "../../../entities/instance.ts";
import { TaskTagRow } from "../../../entities/task-tag.ts";
import { TaskRow } from "../../../entities/task.ts";
import type { Queries } from "../../../store.ts";
import type { Database } from "../library.ts";
import type { Identity } from "../meta.ts";
import { openOrm } from "../orm.ts";
import type { Tables } from "../tables.ts";
import { deadLetterList } from "./dead-letters.ts";
import { delegationList } from "./delegations.ts";
import { fold, FOLD } from "./filters.ts";
import { instanceList } from "./instances.ts";
import { taskList } from "./tasks.ts";

export type Lists = Pick<Queries, "instances" | "tasks" | "delegations" | "deadLetters">;

/** The lists, asked through MikroORM on the store's own connection. */
export function openLists(database: Database, tables: Tables, identity: Identity): Lists {
  database.function(FOLD, { deterministic: true }, fold);
  const { em } = openOrm(database, [TaskRow, TaskTagRow, InstanceRow, DelegationRow, DeadLetterRow]);
  // Query builders only: nothing is kept in the unit of work, so one fork serves every list.
  const fork = em.fork();
  return {
    instances: instanceList(fork, tables, identity),
    tasks: taskList(fork, tables, identity),
    delegations: delegationList(fork, tables, identity),
    deadLetters: deadLetterList(fork, tables, identity),
  };
}
