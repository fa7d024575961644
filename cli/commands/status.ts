import { bodyOf } from "../render/bodies.ts";
import { dashboardLines } from "../render/dashboard.ts";
import { placeLines } from "../render/place.ts";
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
