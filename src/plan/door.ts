import type { runPlanCommand } from "./command.ts";

/** Runs a plan as `hopper run` does; what that takes is loaded when it is asked for. Resolves with the exit code. */
export async function runPlan(...given: Parameters<typeof runPlanCommand>): Promise<number> {
  const command = await import("./command.ts");
  return await command.runPlanCommand(...given);
}
