import type { Context } from "../context.ts";
import type { Hopper } from "../library/library.ts";
import type { Args } from "../parse/args.ts";
import type { Shown } from "../output.ts";
import type { CommandSpec, OptionSpec, PositionalSpec } from "../parse/spec.ts";

/** One verb of the library about one record: what stands in its line beside the record are its parameters. */
interface Verb<Verbs> extends Omit<CommandSpec, "path" | "act"> {
  readonly name: keyof Verbs & string;
  /** What is said before it is sent, for it may take its time. */
  readonly announce?: (hopper: Hopper, args: Args) => Promise<string | null>;
}

/** Why a verb is used. */
export const REASON: OptionSpec = { name: "reason", describe: "Why" };

type Send = (id: string, params: object) => Promise<{ readonly id: string }>;

/** The record that commands are about, by its noun. */
export interface Subject<Noun extends string> extends PositionalSpec {
  readonly name: Noun;
}

/** Verbs as commands: `instance pause webapp`. Each shows how the record stands when nothing is due any more. */
export function verbCommands<Noun extends "instance" | "task" | "delegation">(
  subject: Subject<Noun>,
  show: (hopper: Hopper, id: string, context: Context) => Promise<Shown>,
  ...verbs: readonly Verb<Hopper[`${Noun}s`]>[]
): CommandSpec[] {
  const noun = subject.name;
  return verbs.map(({ name, positionals = [], announce, ...spec }) => ({
    ...spec,
    path: [noun, name],
    positionals: [subject, ...positionals],
    act: async (context, args) => {
      await context.changes(async (hopper) => {
        const group = hopper[`${noun}s`];
        const send = group[name] as Send;
        const announcement = (await announce?.(hopper, args)) ?? null;
        if (announcement !== null) context.remark(announcement);
        const { id } = await send.call(group, args.subject, { ...args.params(), by: context.by });
        await hopper.settle();
        await context.show(await show(hopper, id, context));
      });
    },
  }));
}
