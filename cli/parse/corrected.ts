import { commandText } from "../../src/contracts/shell-word.ts";

/** The line with another value in the place of a wrong one, as it can be run; undefined = it does not stand there by itself. */
export function corrected(argv: readonly string[], wrong: string, right: string): string | undefined {
  const at = argv.findIndex((word) => word === wrong || word.endsWith(`=${wrong}`));
  const word = argv[at];
  if (word === undefined) return undefined;
  return commandText(argv.with(at, word.slice(0, word.length - wrong.length) + right));
}
