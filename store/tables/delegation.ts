import type { Delegation, DelegationOutcome } from "../../machines/records/delegation.ts";
import { DELEGATION_STATUS, DELEGATION_TYPE, OUTCOME, REASON, TASK_STATUS } from "./codes.ts";
import { boolean, integer, moment, nullable, text, uuid, word } from "./column.ts";
import { derived, table } from "./table.ts";

const PARENT_OF = "(SELECT parent FROM instance WHERE no = ?)";

/** A delegation's output is not stored: it is the task's result of the same round. */
export const DELEGATION = table<Delegation>({
  name: "delegation",
  key: ["no"],
  constant: {
    no: integer,
    id: uuid,
    task: integer,
    source: integer,
    target: integer,
    type: word(DELEGATION_TYPE),
    seq: integer,
    delegatedBy: nullable(text),
    delegatedAt: moment,
    expiresAt: nullable(moment),
    notes: nullable(text),
    previous: nullable(integer),
    round: integer,
    routingRound: integer,
    byCaller: boolean,
  },
  changeable: {
    status: word(DELEGATION_STATUS),
    decidedAt: nullable(moment),
    completedAt: nullable(moment),
    reasonCode: nullable(word(REASON)),
    reasonText: nullable(text),
    outcome: nullable(word<DelegationOutcome>(OUTCOME)),
    taskStatus: nullable(word(TASK_STATUS)),
    version: integer,
  },
  derived: {
    // The parent that both ends of a reassignment must have, by foreign keys (D2).
    constant: {
      common: derived({ ...nullable(integer), mark: PARENT_OF }, (delegation) =>
        delegation.type === "reassign" ? delegation.source : null,
      ),
    },
  },
});
