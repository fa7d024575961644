import { messageOf } from "../../../machines/errors.ts";
import { CommitError } from "../../store.ts";

/** The extended result code, or null when the error does not come from SQLite. */
export function sqliteCode(error: unknown): string | null {
  if (!(error instanceof Error) || error.name !== "SqliteError") return null;
  return (error as Error & { readonly code: string }).code;
}

/** The rule a constraint error names: `instance.name`, a CHECK's or a RAISE's text. */
function ruleOf(message: string): string {
  return message.replace(/^(?:UNIQUE|CHECK|NOT NULL|FOREIGN KEY) constraint failed:? ?/, "") || message;
}

/** What a failed transaction means to the loop (spec/runtime.md 3.1, 3.3). Anything unknown may have happened: io. */
export function commitErrorOf(error: unknown): CommitError {
  if (error instanceof CommitError) return error;
  const message = messageOf(error);
  const code = sqliteCode(error);
  const cause = { cause: error };
  if (code === null) {
    // Not SQLite's: a closed handle may mean anything; a value that cannot be bound was never written.
    const closed =
      message.includes("database connection is not open") || message.includes("is busy executing");
    return new CommitError(closed ? "io" : "constraint", message, cause);
  }
  if (/^SQLITE_CONSTRAINT_(?:UNIQUE|PRIMARYKEY|ROWID)$/.test(code))
    return new CommitError("unique", ruleOf(message), cause);
  if (code === "SQLITE_CONSTRAINT_TRIGGER" && message.startsWith("unique: ")) {
    return new CommitError("unique", message.slice("unique: ".length), cause);
  }
  if (code.startsWith("SQLITE_CONSTRAINT") || code === "SQLITE_MISMATCH" || code === "SQLITE_TOOBIG") {
    return new CommitError("constraint", ruleOf(message), cause);
  }
  if (code.startsWith("SQLITE_FULL")) return new CommitError("full", message, cause);
  if (/^SQLITE_(?:BUSY|LOCKED)/.test(code)) return new CommitError("busy", message, cause);
  return new CommitError("io", `${code}: ${message}`, cause);
}
