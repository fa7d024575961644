import { paint, type Look } from "./look.ts";
import { clean } from "./text.ts";

/** Where the command acts: the data folder, and what happens there between commands (5-cli.md 5.1). */
export function placeLines(data: string, look: Look): string[] {
  return [
    `${paint("Data:", "dim", look)} ${clean(data)}`,
    `${paint("Runtime:", "dim", look)} embedded; nothing happens between commands (timers that are due wait for the next one)`,
  ];
}
