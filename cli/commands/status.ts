import { bodyOf } from "../render/bodies.ts";
import { dashboardLines } from "../render/dashboard.ts";
import { paint, type Look } from "../render/look.ts";
import { clean } from "../render/text.ts";
import type { CommandSpec } from "../parse/spec.ts";
import { shows } from "./shows.ts";

/** `status`: where Hopper acts from here, and how everything is. */
export const statusCommand: CommandSpec = {
  path: ["status"],
  summary: "Show where the data is and how everything stands",
  act: shows(async (hopper, _args, context) => {
    const { shown: data } = await context.place();
    const stats = bodyOf(await hopper.stats());
    return {
      body: { data, mode: "embedded", ...stats },
      lines: (look) => [...placeLines(data, look), ...dashboardLines(stats, look)],
      named: [],
    };
  }),
};

/** Where the command acts: the data folder, and what happens there between commands (spec/cli.md 5.1). */
function placeLines(data: string, look: Look): string[] {
  return [
    `${paint("Data:", "dim", look)} ${clean(data)}`,
    `${paint("Runtime:", "dim", look)} embedded; nothing happens between commands (timers that are due wait for the next one)`,
  ];
}
