import { params, type Input } from "./common.ts";
import { line, LINE_CHARS } from "./texts.ts";

/** What every verb that changes something takes. */
export const commandOptions = {
  /** Same key and parameters: the stored answer, also after a restart; 1 to 256 characters, kept 24 h. Default: none. */
  idempotencyKey: line(256).optional(),
  /** Who asks, as the journal shows it; 1 to 128 characters. Default `library`. */
  by: line(LINE_CHARS).optional(),
};

/** What every verb that changes something takes. */
export interface CommandOptions extends Input<typeof commandOptions> {}

/** Who asks, as the journal shows it. */
export function callerOf({ by = "library" }: CommandOptions): string {
  return by;
}

/** For the verbs that take nothing of their own. */
export const plainCommand = params(commandOptions);
