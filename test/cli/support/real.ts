import type { CliIo } from "../../../cli/io.ts";
import { openStore } from "../../../cli/library/library.ts";
import { runPlan } from "../../../cli/library/run-plan.ts";
import { run } from "../../../cli/run.ts";
import type { Finished } from "./binary.ts";

/** Runs command lines in this process against the real library, as if in that folder. */
export function realCommand(
  folder: string,
  env: Readonly<Record<string, string>> = {},
): (...argv: string[]) => Promise<Finished> {
  return async (...argv) => {
    const text = { out: "", err: "" };
    const io: CliIo = {
      stdout: { write: (chunk) => (text.out += chunk) },
      stderr: { write: (chunk) => (text.err += chunk) },
      env: { USER: "ada", PATH: process.env["PATH"], ...env },
      cwd: folder,
      signal: new AbortController().signal,
      openHopper: openStore,
      runPlan,
      now: () => Date.now(),
      sleep: async (ms) => {
        await new Promise((resolve) => {
          setTimeout(resolve, ms);
        });
      },
    };
    const code = await run(argv, io);
    return { code, ...text };
  };
}
