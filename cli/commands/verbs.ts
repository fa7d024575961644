import type { Context } from "../context.ts";
import type { Hopper } from "../library/library.ts";
import type { CommandSpec, OptionSpec, PositionalSpec } from "../parse/spec.ts";

/** One verb of the library about one record: what stands in its line beside the record are its parameters. */
export interface Verb<Verbs> {
  readonly name: keyof Verbs & string;
  readonly summary: string;
  readonly positionals?: readonly PositionalSpec[];
  readonly options?: readonly OptionSpec[];
  readonly examples?: readonly string[];
}

type Send = (id: string, params: object) => Promise<{ readonly id: string }>;

/** Verbs as commands: `instance pause webapp`. Each shows how the record stands when nothing is due any more. */
export function verbCommands<Verbs extends object>(params: {
  noun: string;
  subject: PositionalSpec;
  of: (hopper: Hopper) => Verbs;
  show: (context: Context, hopper: Hopper, id: string) => Promise<void>;
  verbs: readonly Verb<Verbs>[];
}): CommandSpec[] {
  const { noun, subject, of, show, verbs } = params;
  return verbs.map(({ name, positionals = [], ...spec }) => ({
    ...spec,
    path: [noun, name],
    positionals: [subject, ...positionals],
    act: async (context, args) => {
      await context.changes(async (hopper) => {
        const group = of(hopper);
        const send = group[name] as Send;
        const { id } = await send.call(group, args.subject, { ...args.params(), by: context.by });
        await hopper.settle();
        await show(context, hopper, id);
      });
    },
  }));
}
