import type { CommandKey } from "../../store.ts";
import { COMMAND_ANSWER, COMMAND_KEY } from "../../tables/command.ts";
import type { Database } from "./library.ts";
import { prepared } from "./prepared.ts";
import { inserter } from "./rows.ts";

/** Reads and writes of tables `command_key` and `command_answer`: neither is ever changed (spec/runtime.md 3.4). */
export function keyTables(db: Database) {
  const find = prepared(
    db,
    `SELECT k.caller, k.key, k.fingerprint, k.command, k.at, a.body AS answer FROM command_key k
     LEFT JOIN command_answer a ON a.command = k.command WHERE k.caller = ? AND k.key = ?`,
  );
  // Keys are numbered as they come in, so the oldest stand first and need no index by moment.
  const oldest = prepared(
    db,
    "SELECT command FROM (SELECT command, at FROM command_key ORDER BY command LIMIT ?) WHERE at < ?",
  ).pluck();
  const deleteKey = prepared(db, "DELETE FROM command_key WHERE command = ?");
  const deleteAnswer = prepared(db, "DELETE FROM command_answer WHERE command = ?");
  return {
    insertKeys: inserter(db, COMMAND_KEY),
    insertAnswers: inserter(db, COMMAND_ANSWER),
    find(caller: string, key: string): (CommandKey & { answer: string | null }) | null {
      return (find.get(caller, key) as (CommandKey & { answer: string | null }) | undefined) ?? null;
    },
    /** Only inside a transaction. */
    forget(before: number, limit: number): number {
      const commands = oldest.all(limit, before) as number[];
      for (const command of commands) {
        deleteKey.run(command);
        deleteAnswer.run(command);
      }
      return commands.length;
    },
  };
}
