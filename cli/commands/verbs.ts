import type { Context } from "../context.ts";
import type { Hopper } from "../library/library.ts";
import { EXIT } from "../failures/exit-codes.ts";
import type { Args } from "../parse/args.ts";
import { wholeList, type Shown } from "../output.ts";
import type { CommandSpec, OptionSpec, PositionalSpec } from "../parse/spec.ts";

/** One verb of the library about one record: what stands in its line beside the record are its parameters. */
interface Verb<Verbs> extends Omit<CommandSpec, "path" | "act"> {
  readonly name: keyof Verbs & string;
  /** What is said before it is sent, for it may take its time. */
  readonly announce?: (hopper: Hopper, args: Args, id: string) => Promise<string | null>;
  /** What would come of it, where that is worth a question; it is asked on a terminal, unless `--yes`, and said elsewhere. */
  readonly warn?: (hopper: Hopper, args: Args, id: string) => Promise<string | null>;
  /** What is said of the line when it has been done. */
  readonly remark?: (args: Args) => string | null;
}

/** For what is asked about first. */
export const YES: OptionSpec = { name: "yes", type: "flag", local: true, describe: "Do not ask" };

/** Why a verb is used. */
export const REASON: OptionSpec = { name: "reason", describe: "Why" };

type Send = (id: string, params: object) => Promise<{ readonly id: string }>;

/** The record that commands are about, by its noun. */
export interface Subject<Noun extends string> extends PositionalSpec {
  readonly name: Noun;
}

/**
 * Verbs as commands: `instance pause webapp`, or of several one after the other. Each shows how the record stands when nothing
 * is due any more; with the first that is refused it ends, and those before it are shown.
 */
export function verbCommands<Noun extends "instance" | "task" | "delegation">(
  subject: Subject<Noun>,
  show: (hopper: Hopper, id: string, context: Context) => Promise<Shown>,
  ...verbs: readonly Verb<Hopper[`${Noun}s`]>[]
): CommandSpec[] {
  const noun = subject.name;
  return verbs.map(({ name, positionals = [], announce, warn, remark, ...spec }) => ({
    ...spec,
    path: [noun, name],
    // What follows the one record is the verb's; else there may be more of them.
    positionals: [positionals.length === 0 ? { ...subject, many: true } : subject, ...positionals],
    act: async (context, args) =>
      await context.changes(async (hopper) => {
        const group = hopper[`${noun}s`];
        const send = group[name] as Send;
        const done: Shown[] = [];
        const asked = positionals.length === 0 ? args.list(noun) : [args.subject];
        try {
          for (const subject of asked) {
            const warning = (await warn?.(hopper, args, subject)) ?? null;
            if (warning !== null && !(await isAgreed(warning, args, context))) {
              context.remark(`${subject} was left as it is`);
              return EXIT.failed;
            }
            const announcement = (await announce?.(hopper, args, subject)) ?? null;
            if (announcement !== null) context.remark(announcement);
            const { id } = await send.call(group, subject, { ...args.params(), by: context.by });
            await hopper.settle();
            done.push(await show(hopper, id, context));
          }
          const said = remark?.(args) ?? null;
          if (said !== null) context.remark(said);
          return EXIT.ok;
        } finally {
          if (done.length > 0) await context.show(together(done, asked.length));
        }
      }),
  }));
}

/** Nobody to ask agrees: a script means what it says. */
async function isAgreed(warning: string, args: Args, context: Context): Promise<boolean> {
  const { ask } = context.io;
  if (ask === undefined || args.flag("yes")) {
    context.remark(warning);
    return true;
  }
  return /^y(es)?$/i.test((await ask(`${warning}\ngo on? [y/N] `)).trim());
}

/** What is shown of several that were asked for: one below the other, and as one list. */
function together(shown: readonly Shown[], asked: number): Shown {
  const [only] = shown;
  if (only !== undefined && asked === 1) return only;
  const items = shown.map(({ body }) => body);
  return { body: wholeList(items), items, lines: (look) => shown.flatMap(({ lines }) => lines(look)) };
}
