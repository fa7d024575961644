import { toWire } from "../../src/contracts/wire.ts";
import type { Context } from "../context.ts";
import type { DelegationView, Hopper } from "../library/library.ts";
import type { Shown } from "../output.ts";
import type { CommandSpec, OptionSpec, PositionalSpec } from "../parse/spec.ts";
import type { DelegationBody } from "../render/bodies.ts";
import { delegationLine } from "../render/chain.ts";
import { delegationDetails, delegationTable } from "../render/delegation.ts";
import { listCommand } from "./list.ts";
import { taskRefs } from "./names.ts";
import { verbCommands } from "./verbs.ts";

const DELEGATION: PositionalSpec = {
  name: "delegation",
  subject: true,
  describe: "Id or ref (D-1) of a delegation",
};
const REASON: OptionSpec = { name: "reason", type: "text", describe: "Why" };

/** `D-7 global → webapp (route) [pending]`, and the whole delegation for machines. */
function shownDelegation(body: DelegationBody): Shown {
  return { body, lines: (look) => [delegationLine(body, look)], names: [body.ref], ids: [body.id] };
}

/** Shows a delegation in its line, as it stands now. */
export async function showDelegation(context: Context, hopper: Hopper, id: string): Promise<void> {
  await context.show(shownDelegation(toWire(await hopper.delegations.get(id)) as DelegationBody));
}

const list: CommandSpec = listCommand<DelegationView, DelegationBody>({
  path: ["delegation", "list"],
  summary: "List delegations",
  options: [
    { name: "status", type: "list", describe: "Only in this status" },
    { name: "instance", field: "instanceId", type: "text", describe: "Only from or to this instance" },
    {
      name: "direction",
      type: "text",
      choices: ["incoming", "outgoing", "all"],
      describe: "With --instance: incoming, outgoing or all",
    },
  ],
  page: async (hopper, params) => await hopper.delegations.list(params),
  table: async (items, { hopper }) => {
    const names = await taskRefs(hopper, items, (item) => [item.task_id]);
    return (look) => delegationTable(items, names, look);
  },
  name: ({ ref }) => ref,
  empty: "no delegations",
});

const show: CommandSpec = {
  path: ["delegation", "show"],
  summary: "Show a delegation",
  positionals: [DELEGATION],
  act: async (context, args) => {
    await context.reads(async (hopper) => {
      const body = toWire(await hopper.delegations.get(args.subject)) as DelegationBody;
      const names = await taskRefs(hopper, [body], ({ task_id }) => [task_id]);
      await context.show({
        ...shownDelegation(body),
        lines: (look) => delegationDetails(body, names, look),
      });
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
    of: ({ delegations }) => delegations,
    show: showDelegation,
    verbs: [
      {
        name: "accept",
        summary: "Accept an offer",
        options: [{ name: "note", type: "text", describe: "A word to the journal" }],
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
