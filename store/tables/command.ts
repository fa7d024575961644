import type { CommandAnswer, CommandKey } from "../commit.ts";
import { integer, moment, text } from "./column.ts";
import { table } from "./table.ts";

export const COMMAND_KEY = table<CommandKey>({
  name: "command_key",
  key: ["command"],
  constant: { command: integer, caller: text, key: text, fingerprint: text, at: moment },
});

export const COMMAND_ANSWER = table<CommandAnswer>({
  name: "command_answer",
  key: ["command"],
  constant: { command: integer, body: text, at: moment },
});
