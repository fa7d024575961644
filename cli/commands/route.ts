import type { Hopper } from "../library/library.ts";
import { bodyOf } from "../render/bodies.ts";
import { decisionLines } from "../render/decision.ts";
import type { CommandSpec } from "../parse/spec.ts";
import { instanceNames } from "./names.ts";
import { CONTENT_OPTIONS } from "./task.ts";

/** `route test`. */
export const routeCommand: CommandSpec = {
  path: ["route", "test"],
  summary: "Say where a task would go and why; nothing is stored",
  positionals: [{ name: "title", describe: "What is to be done, in a line" }],
  options: CONTENT_OPTIONS,
  examples: ['hopper route test "Build login page" -t react'],
  act: async (context, args) => {
    const preview = async (hopper: Hopper): Promise<boolean> => {
      const view = await hopper.route.preview(args.params());
      const names = await instanceNames(hopper, [view], (one) => [one.instanceId, one.targetId]);
      const body = bodyOf(view);
      const target = view.targetId;
      await context.show({
        body,
        lines: (look) => decisionLines(body, names, look),
        named: target === null ? [] : [{ id: target, name: names[target] ?? target }],
      });
      return true;
    };
    // What the actors know is asked of them where that is possible, else read beside their owner.
    if ((await context.changesIfFree(preview)) === undefined) await context.reads(preview);
  },
};
