import type { Context } from "../context.ts";
import type { Hopper } from "../library/library.ts";
import type { Shown } from "../output.ts";
import type { Args } from "../parse/args.ts";
import type { CommandSpec } from "../parse/spec.ts";

/** What a command does that reads the store and shows what it found. */
export function shows(
  read: (hopper: Hopper, args: Args, context: Context) => Promise<Shown>,
): CommandSpec["act"] {
  return async (context, args) => {
    await context.reads(async (hopper) => await context.show(await read(hopper, args, context)));
  };
}
