import { toWire } from "../../src/contracts/wire.ts";
import type { Context } from "../context.ts";
import type { DelegationView, Hopper } from "../library/library.ts";
import type { Shown } from "../output.ts";
import type { ChainBody, DelegationBody } from "../render/bodies.ts";
import { chainLines, delegationLine } from "../render/chain.ts";
import type { CommandSpec } from "../parse/spec.ts";
import { showStanding, TASK } from "./task.ts";

/** `D-7 global → webapp (route) [pending]`, and the whole delegation for machines. */
export function shownDelegation(view: DelegationView): Shown {
  const body = toWire(view) as DelegationBody;
  return { body, lines: (look) => [delegationLine(body, look)], names: [body.ref], ids: [body.id] };
}

/** Runs a verb that makes or changes a delegation, and shows how that one stands when nothing is due any more. */
export async function changeDelegation(
  context: Context,
  send: (hopper: Hopper) => Promise<DelegationView>,
): Promise<void> {
  await context.changes(async (hopper) => {
    const changed = await send(hopper);
    await hopper.settle();
    await context.show(shownDelegation(await hopper.delegations.get(changed.id)));
  });
}

const assign: CommandSpec = {
  path: ["task", "assign"],
  summary: "Give an unassigned task to an instance",
  positionals: [TASK],
  options: [{ name: "to", type: "text", required: true, describe: "Id or name of the instance" }],
  act: async (context, args) => {
    await context.changes(async (hopper) => {
      const task = await hopper.tasks.assign(args.text("task"), {
        instanceId: args.text("to"),
        by: context.by,
      });
      await hopper.settle();
      await showStanding(context, hopper, task.id);
    });
  },
};

const delegate: CommandSpec = {
  path: ["task", "delegate"],
  summary: "Offer a task to an instance below; without --to routing chooses",
  positionals: [TASK],
  options: [
    { name: "to", type: "text", describe: "Id or name of the instance" },
    { name: "type", type: "text", describe: "route (default), escalate or reassign" },
    { name: "notes", type: "text", describe: "A word to the one who decides" },
    { name: "auto-accept", type: "flag", describe: "Have it decided at once" },
  ],
  examples: ["hopper task delegate T-1 --to webapp", "hopper task delegate T-1"],
  act: async (context, args) => {
    await changeDelegation(
      context,
      async (hopper) =>
        await hopper.tasks.delegate(args.text("task"), {
          targetInstanceId: args.maybe("to"),
          delegationType: args.maybe("type"),
          notes: args.maybe("notes"),
          autoAccept: args.flag("auto-accept") ? true : undefined,
          by: context.by,
        }),
    );
  },
};

const delegations: CommandSpec = {
  path: ["task", "delegations"],
  summary: "Show a task's delegation chain",
  positionals: [TASK],
  act: async (context, args) => {
    await context.reads(async (hopper) => {
      const body = toWire(await hopper.tasks.delegations(args.text("task"))) as ChainBody;
      await context.show({
        body,
        items: body.items,
        lines: (look) => chainLines(body, look),
        names: body.items.map(({ ref }) => ref),
        ids: body.items.map(({ id }) => id),
      });
    });
  },
};

const escalate: CommandSpec = {
  path: ["task", "escalate"],
  summary: "Give a task back to the instance above",
  positionals: [TASK],
  options: [{ name: "reason", type: "text", describe: "Why" }],
  act: async (context, args) => {
    await changeDelegation(
      context,
      async (hopper) =>
        await hopper.tasks.escalate(args.text("task"), { reason: args.maybe("reason"), by: context.by }),
    );
  },
};

const reassign: CommandSpec = {
  path: ["task", "reassign"],
  summary: "Move a task to a sibling of the instance that holds it",
  positionals: [TASK],
  options: [
    { name: "to", type: "text", required: true, describe: "Id or name of the sibling" },
    { name: "reason", type: "text", describe: "Why" },
  ],
  act: async (context, args) => {
    await changeDelegation(
      context,
      async (hopper) =>
        await hopper.tasks.reassign(args.text("task"), {
          targetInstanceId: args.text("to"),
          reason: args.maybe("reason"),
          by: context.by,
        }),
    );
  },
};

/** The verbs that move a task between instances. Source: 2-domain.md 2.4. */
export const hopCommands: readonly CommandSpec[] = [assign, delegate, delegations, escalate, reassign];
