import type { Context } from "../context.ts";
import type { DelegationView, Hopper } from "../library/library.ts";
import type { CommandSpec, PositionalSpec } from "../parse/spec.ts";
import { bodyOf, type DelegationBody } from "../render/bodies.ts";
import { delegationLine } from "../render/chain.ts";
import { delegationDetails, delegationTable } from "../render/delegation.ts";
import { listCommand } from "./list.ts";
import { taskRefs } from "./names.ts";
import { REASON, verbCommands } from "./verbs.ts";

const DELEGATION: PositionalSpec = {
  name: "delegation",
  subject: true,
  describe: "Id or ref (D-1) of a delegation",
};

/** Shows a delegation as it stands now: `D-7 global → webapp (route) [pending]`, and all of it for machines. */
export async function showDelegation(context: Context, hopper: Hopper, id: string): Promise<void> {
  const body = bodyOf(await hopper.delegations.get(id));
  await context.show({ body, lines: (look) => [delegationLine(body, look)] });
}

const list: CommandSpec = listCommand<DelegationView, DelegationBody>({
  path: ["delegation", "list"],
  summary: "List delegations",
  options: [
    { name: "status", type: "list", describe: "Only in this status" },
    { name: "instance", field: "instanceId", describe: "Only from or to this instance" },
    {
      name: "direction",
      choices: ["incoming", "outgoing", "all"],
      describe: "With --instance: incoming, outgoing or all",
    },
  ],
  page: async (hopper, params) => await hopper.delegations.list(params),
  table: async (items, { hopper }) => {
    const names = await taskRefs(hopper, items, (item) => [item.task_id]);
    return (look) => delegationTable(items, names, look);
  },
  empty: "no delegations",
});

const show: CommandSpec = {
  path: ["delegation", "show"],
  summary: "Show a delegation",
  positionals: [DELEGATION],
  act: async (context, args) => {
    await context.reads(async (hopper) => {
      const body = bodyOf(await hopper.delegations.get(args.subject));
      const names = await taskRefs(hopper, [body], ({ task_id }) => [task_id]);
      await context.show({ body, lines: (look) => delegationDetails(body, names, look) });
    });
  },
};

/** `delegation …`: what is on offer and how it was decided. Source: 2-domain.md 2.4. */
export const delegationCommands: readonly CommandSpec[] = [
  list,
  show,
  ...verbCommands({
    noun: "delegation",
    subject: DELEGATION,
    show: showDelegation,
    verbs: [
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
    ],
  }),
];
