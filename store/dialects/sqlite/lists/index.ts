import type { Queries } from "../../../store.ts";
import type { Database } from "../library.ts";
import type { Identity } from "../meta.ts";
import { openOrm } from "../orm.ts";
import type { Tables } from "../tables.ts";
import { DEAD_LETTER_ROW, deadLetterList } from "./dead-letters.ts";
import { DELEGATION_ROW, delegationList } from "./delegations.ts";
import { fold, FOLD } from "./filters.ts";
import { INSTANCE_ROW, instanceList } from "./instances.ts";
import { TASK_ROW, TASK_TAG_ROW } from "./task-sources.ts";
import { taskList } from "./tasks.ts";

export type Lists = Pick<Queries, "instances" | "tasks" | "delegations" | "deadLetters">;

/** The lists, asked through MikroORM on the store's own connection. */
export function openLists(database: Database, tables: Tables, identity: Identity): Lists {
  database.function(FOLD, { deterministic: true }, fold);
  const { em } = openOrm(database, [TASK_ROW, TASK_TAG_ROW, INSTANCE_ROW, DELEGATION_ROW, DEAD_LETTER_ROW]);
  // Query builders only: nothing is kept in the unit of work, so one fork serves every list.
  const asked = { em: em.fork(), tables, identity };
  return {
    instances: instanceList(asked),
    tasks: taskList(asked),
    delegations: delegationList(asked),
    deadLetters: deadLetterList(asked),
  };
}
