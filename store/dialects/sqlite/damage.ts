import { StoreError } from "../../store-error.ts";
import { UnreadableValue } from "../../tables/column.ts";
import { sqliteCode } from "./errors.ts";

/** What SQLite says of a page that it cannot read. */
const DAMAGE = /^SQLITE_(?:CORRUPT|NOTADB)/;

/** Where a page or a value of the file could not be read, wherever that showed: an error that names the file. null = it is something else. */
export function damageBehind(error: unknown, path: string): StoreError | null {
  for (let one: unknown = error; one instanceof Error; one = one.cause) {
    const code = sqliteCode(one) ?? "";
    if (!DAMAGE.test(code) && !(one instanceof UnreadableValue)) continue;
    const what = code === "" ? one.message : `${code}: ${one.message}`;
    return new StoreError("damaged", path, `${path} is damaged (${what})`, { cause: error });
  }
  return null;
}
