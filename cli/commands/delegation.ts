import { DELEGATION_STATUSES } from "../../src/contracts/known-words.ts";
import type { Hopper } from "../library/library.ts";
import type { CommandSpec } from "../parse/spec.ts";
import { bodyOf, type DelegationBody } from "../render/bodies.ts";
import { delegationLine } from "../render/chain.ts";
import { delegationDetails, delegationTable } from "../render/delegation.ts";
import type { Shown } from "../output.ts";
import { listCommand } from "./list.ts";
import { taskRefs } from "./names.ts";
import { shows } from "./shows.ts";
import { REASON, verbCommands, type Subject } from "./verbs.ts";

const DELEGATION: Subject<"delegation"> = {
  name: "delegation",
  subject: true,
  describe: "Id or ref (D-1) of a delegation",
};

/** A delegation as it stands now: `D-7 global → webapp (route) [pending]`, and all of it for machines. */
export async function shownDelegation(hopper: Hopper, id: string): Promise<Shown> {
  const body = bodyOf(await hopper.delegations.get(id));
  return { body, lines: (look) => [delegationLine(body, look)] };
}

const list = listCommand<DelegationBody>({
  noun: "delegation",
  options: [
    { name: "status", type: "list", describe: `Only in this status: ${DELEGATION_STATUSES.join(", ")}` },
    { name: "instance", field: "instanceId", describe: "Only from or to this instance" },
    {
      name: "direction",
      choices: ["incoming", "outgoing", "all"],
      describe: "With --instance: incoming, outgoing or all",
    },
  ],
  known: async (hopper, items) => await taskRefs(hopper, items, ({ task_id }) => [task_id]),
  table: delegationTable,
  empty: { said: "no delegations" },
});

const show: CommandSpec = {
  path: ["delegation", "show"],
  summary: "Show a delegation",
  positionals: [DELEGATION],
  act: shows(async (hopper, { subject }) => {
    const body = bodyOf(await hopper.delegations.get(subject));
    const names = await taskRefs(hopper, [body], ({ task_id }) => [task_id]);
    return { body, lines: (look) => delegationDetails(body, names, look) };
  }),
};

/** `delegation …`: what is on offer and how it was decided. Source: spec/domain.md 2.4. */
export const delegationCommands: readonly CommandSpec[] = [
  list,
  show,
  ...verbCommands(
    DELEGATION,
    shownDelegation,
    {
      name: "accept",
      summary: "Accept an offer",
      options: [{ name: "note", describe: "A word to the journal" }],
    },
    {
      name: "reject",
      summary: "Refuse an offer; the task goes back",
      options: [{ ...REASON, required: true }],
    },
    { name: "cancel", summary: "Withdraw an offer that is not decided yet", options: [REASON] },
  ),
];
