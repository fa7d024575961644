import { Context } from "./context.ts";
import { COMMANDS } from "./commands/tree.ts";
import { EXIT, exitCodeOf } from "./failures/exit-codes.ts";
import { explainFailure } from "./failures/explain.ts";
import { allowedText, type FailedCommand } from "./failures/fixes.ts";
import { withReach } from "../src/contracts/shell-word.ts";
import type { CliIo } from "./io.ts";
import { inWordsOfLine } from "./failures/line-words.ts";
import { parse } from "./parse/parse.ts";
import { DEFAULT_COLUMNS, lookFor } from "./render/look.ts";
import { problemLines } from "./render/problem.ts";
import { VERSION } from "./package.ts";

export type { CliIo } from "./io.ts";

/**
 * Runs one command line and resolves with its exit code (spec/cli.md 5.1). Data goes to stdout, remarks and
 * errors to stderr; nothing is thrown for a user's mistake.
 */
export async function run(argv: string[], outside: CliIo): Promise<number> {
  const { io, fatal } = endingWithStore(outside);
  let failed: FailedCommand = { path: [], argv, subject: "" };
  let json = asksForJson(argv);
  try {
    const columns = io.stdout.columns ?? DEFAULT_COLUMNS;
    const parsed = await parse({ argv, tree: COMMANDS, columns, version: VERSION });
    if (parsed.kind === "text") {
      io.stdout.write(parsed.text);
      return parsed.exitCode;
    }
    const { spec, args, globals } = parsed;
    const context = new Context({ io, globals });
    failed = { path: spec.path, spec, argv, subject: args.subject, reach: context.reach };
    json = context.format === "json" || context.format === "jsonl";
    return (await Promise.race([spec.act(context, args), fatal])) ?? EXIT.ok;
  } catch (error) {
    return report({ error, failed, io, json });
  }
}

/** A store that fails under a command ends it at once: `fatal` rejects, and what runs is interrupted. */
function endingWithStore(outside: CliIo): { readonly io: CliIo; readonly fatal: Promise<never> } {
  const { promise: fatal, reject } = Promise.withResolvers<never>();
  fatal.catch(() => undefined);
  const end = new AbortController();
  const onFatal = (error: Error): void => {
    reject(error);
    end.abort();
  };
  const signal = AbortSignal.any([outside.signal, end.signal]);
  const openHopper: CliIo["openHopper"] = async (params) => await outside.openHopper({ ...params, onFatal });
  // Property by property: what cannot be read (a folder that is gone) is asked for only by what needs it.
  const io = Object.defineProperties({} as CliIo, {
    ...Object.getOwnPropertyDescriptors(outside),
    signal: { value: signal, enumerable: true },
    openHopper: { value: openHopper, enumerable: true },
  });
  return { io, fatal };
}

/** Says what went wrong, in the form that was asked for, and resolves with the exit code. */
function report(params: { error: unknown; failed: FailedCommand; io: CliIo; json: boolean }): number {
  const { error, failed, io, json } = params;
  const { problem, fix: found } = explainFailure(error, failed);
  const exitCode = exitCodeOf(problem);
  const fix = found === undefined ? undefined : withReach(found, failed.reach ?? []);
  // Who pressed Ctrl-C knows it.
  if (exitCode === EXIT.interrupted) return exitCode;
  if (json) io.stderr.write(`${JSON.stringify(fix === undefined ? problem : { ...problem, fix })}\n`);
  else {
    const look = lookFor({ stream: io.stderr, env: io.env, wide: false, now: io.now() });
    const allowed = allowedText(problem, failed.path);
    const lines = problemLines(inWordsOfLine(problem, failed.spec), { allowed, fix }, look);
    io.stderr.write(`${lines.join("\n")}\n`);
  }
  // A defect of Hopper's own: its stack helps whoever repairs it.
  if (problem.code === "internal" && (io.env["HOPPER_DEBUG"] ?? "") !== "" && error instanceof Error)
    io.stderr.write(`${error.stack ?? ""}\n`);
  return exitCode;
}

/** Was JSON asked for, in a line that could not be read otherwise? */
function asksForJson(line: readonly string[]): boolean {
  // What stands behind `--` is no option.
  const end = line.indexOf("--");
  const argv = end === -1 ? line : line.slice(0, end);
  return argv.some((word, index) => {
    const format = /^(?:-o|--output)=?(.*)$/.exec(word)?.[1];
    const value = format === "" ? argv[index + 1] : format;
    return word === "--json" || value === "json" || value === "jsonl";
  });
}
