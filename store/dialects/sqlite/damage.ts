import { StoreError } from "../../store-error.ts";
import { sqliteCode } from "./errors.ts";

/** What SQLite says of a page that it cannot read. */
const DAMAGE = /^SQLITE_(?:CORRUPT|NOTADB)/;

/** Where a page of the file could not be read, wherever that showed: an error that names the file. null = it is something else. */
export function damageBehind(error: unknown, path: string): StoreError | null {
  for (let one: unknown = error; one instanceof Error; one = one.cause) {
    const code = sqliteCode(one);
    if (code === null || !DAMAGE.test(code)) continue;
    return new StoreError("damaged", path, `${path} is damaged (${code}: ${one.message})`, { cause: error });
  }
  return null;
}
