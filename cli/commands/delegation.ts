import type { DelegationView } from "../library/library.ts";
import type { DelegationBody } from "../render/bodies.ts";
import { delegationDetails, delegationTable } from "../render/delegation.ts";
import type { CommandSpec, PositionalSpec } from "../parse/spec.ts";
import { some } from "./instance.ts";
import { PAGE_OPTIONS, showList, withFilters } from "./listing.ts";
import { taskRefs } from "./names.ts";
import { changeDelegation, shownDelegation } from "./task-hops.ts";

const DELEGATION: PositionalSpec = { name: "delegation", describe: "Id or ref (D-1) of a delegation" };
const DIRECTIONS = ["incoming", "outgoing", "all"] as const;

const list: CommandSpec = {
  path: ["delegation", "list"],
  summary: "List delegations",
  options: [
    { name: "status", type: "list", describe: "Only in this status" },
    { name: "instance", type: "text", describe: "Only from or to this instance" },
    {
      name: "direction",
      type: "text",
      choices: DIRECTIONS,
      describe: "With --instance: incoming, outgoing or all",
    },
    ...PAGE_OPTIONS,
  ],
  act: async (context, args) => {
    await context.reads(async (hopper) => {
      await showList<DelegationView, DelegationBody>({
        context,
        hopper,
        args,
        page: async (page) =>
          await hopper.delegations.list({
            ...page,
            status: some(args.list("status")),
            instanceId: args.maybe("instance"),
            direction: args.maybe("direction") as (typeof DIRECTIONS)[number] | undefined,
          }),
        table: async (items) => {
          const names = await taskRefs(
            hopper,
            items.map((item) => item.task_id),
          );
          return (look) => delegationTable(items, names, look);
        },
        name: ({ ref }) => ref,
        empty: "no delegations",
        command: withFilters(["delegation", "list"], args, ["status", "instance", "direction"]),
      });
    });
  },
};

const show: CommandSpec = {
  path: ["delegation", "show"],
  summary: "Show a delegation",
  positionals: [DELEGATION],
  act: async (context, args) => {
    await context.reads(async (hopper) => {
      const view = await hopper.delegations.get(args.text("delegation"));
      const names = await taskRefs(hopper, [view.taskId]);
      const shown = shownDelegation(view);
      const body = shown.body as DelegationBody;
      await context.show({ ...shown, lines: (look) => delegationDetails(body, names, look) });
    });
  },
};

const accept: CommandSpec = {
  path: ["delegation", "accept"],
  summary: "Accept an offer",
  positionals: [DELEGATION],
  options: [{ name: "note", type: "text", describe: "A word to the journal" }],
  act: async (context, args) => {
    await changeDelegation(
      context,
      async (hopper) =>
        await hopper.delegations.accept(args.text("delegation"), {
          note: args.maybe("note"),
          by: context.by,
        }),
    );
  },
};

const reject: CommandSpec = {
  path: ["delegation", "reject"],
  summary: "Refuse an offer; the task goes back",
  positionals: [DELEGATION],
  options: [{ name: "reason", type: "text", required: true, describe: "Why" }],
  act: async (context, args) => {
    await changeDelegation(
      context,
      async (hopper) =>
        await hopper.delegations.reject(args.text("delegation"), {
          reason: args.text("reason"),
          by: context.by,
        }),
    );
  },
};

const cancel: CommandSpec = {
  path: ["delegation", "cancel"],
  summary: "Withdraw an offer that is not decided yet",
  positionals: [DELEGATION],
  options: [{ name: "reason", type: "text", describe: "Why" }],
  act: async (context, args) => {
    await changeDelegation(
      context,
      async (hopper) =>
        await hopper.delegations.cancel(args.text("delegation"), {
          reason: args.maybe("reason"),
          by: context.by,
        }),
    );
  },
};

export const delegationCommands: readonly CommandSpec[] = [list, show, accept, reject, cancel];
