import { storeUrl } from "../place/data-folder.ts";
import type { CliIo, PlanArgs } from "../io.ts";
import { loadConfiguration, type ConfigurationSources } from "./library.ts";

/**
 * Hands a plan to its runner in src/plan, which is loaded here and not earlier. The runner lays the plan's own
 * settings over the content of hopper.yaml, so it is given that content.
 */
export async function runPlan({ place, ...args }: PlanArgs, io: CliIo): Promise<number> {
  const [{ runPlan: run }, { planRender }, config] = await Promise.all([
    import("../../src/index.ts"),
    import("../render/plan.ts"),
    contentOf(args.config),
  ]);
  return await run(
    { ...args, config, data: place.shown },
    {
      ...io,
      openHopper: async ({ data, mode, config: content }) => {
        const store = args.temp ? storeUrl(data) : place.url;
        return await io.openHopper({ store, mode, config: { content, env: io.env } });
      },
      render: planRender,
    },
  );
}

/** What the files set, as one hopper.yaml would say it; undefined = nothing. Throws what is wrong with them. */
async function contentOf({ file, dataFolder, workingFolder }: ConfigurationSources): Promise<unknown> {
  const { entries } = await loadConfiguration({ file, dataFolder, workingFolder });
  const content: Record<string, unknown> = {};
  for (const { path, value, origin } of entries) {
    // Chosen already, as for every command.
    if (origin === "default" || path === "store") continue;
    const steps = path.split(".");
    const last = steps.pop() ?? path;
    let here = content;
    for (const step of steps) here = (here[step] ??= {}) as Record<string, unknown>;
    here[last] = value;
  }
  return Object.keys(content).length === 0 ? undefined : content;
}
