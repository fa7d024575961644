import type { Hopper } from "../library/library.ts";
import { bodyOf, type StatsBody, type WaitBody } from "../render/bodies.ts";
import { dashboardLines } from "../render/dashboard.ts";
import { paint, type Look } from "../render/look.ts";
import { age, clean } from "../render/text.ts";
import type { CommandSpec } from "../parse/spec.ts";
import { shows } from "./shows.ts";

/** `status`: where Hopper acts from here, who acts there now, and how everything is. */
export const statusCommand: CommandSpec = {
  path: ["status"],
  summary: "Show where the data is and how everything stands",
  act: shows(async (hopper, _args, context) => {
    const { shown: data } = await context.place();
    const stats = bodyOf(await hopper.stats());
    const waits = stats.owner === null ? [] : await standingStill(hopper);
    return {
      body: { data, mode: "embedded", ...stats, waits },
      lines: (look) => [...placeLines({ data, stats, waits }, look), ...dashboardLines(stats, look)],
      named: [],
    };
  }),
};

/** Of so many open tasks it is asked what they wait for. */
const ASKED_OF = 50;
const SHOWN = 3;

/** What somebody must do something for, before whoever owns the store goes on with it. */
async function standingStill(hopper: Hopper): Promise<WaitBody[]> {
  const { items } = await hopper.tasks.list({ status: ["pending", "queued"], limit: ASKED_OF });
  if (items.length === 0) return [];
  const waits = bodyOf(await hopper.tasks.waits({ ids: items.map(({ id }) => id) })).items;
  return waits.filter(({ fix }) => fix !== null);
}

interface Placed {
  readonly data: string;
  readonly stats: Pick<StatsBody, "owner">;
  readonly waits: readonly WaitBody[];
}

/** Where the command acts: the data folder, and what happens there between commands (spec/cli.md 5.1). */
function placeLines({ data, stats, waits }: Placed, look: Look): string[] {
  return [
    `${paint("Data:", "dim", look)} ${clean(data)}`,
    `${paint("Runtime:", "dim", look)} ${runtimeText(stats, look)}`,
    ...waits.slice(0, SHOWN).map(({ ref, text }) => `  ${ref} ${clean(text)}`),
    ...(waits.length > SHOWN ? [`  … and ${waits.length - SHOWN} more that wait`] : []),
  ];
}

/** `process 77 has had the store for 3m: hopper run ci.plan.yaml`. */
function runtimeText({ owner }: Pick<StatsBody, "owner">, look: Look): string {
  if (owner === null)
    return "embedded; nothing happens between commands (timers that are due wait for the next one)";
  const since = owner.since === null ? "" : ` for ${age(owner.since, look.now)}`;
  const command = owner.command === null ? "" : `: ${clean(owner.command)}`;
  return `process ${owner.pid} has had the store${since}${command}`;
}
