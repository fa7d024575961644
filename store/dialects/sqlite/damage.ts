import { StoreError } from "../../store-error.ts";
import { sqliteCode } from "./errors.ts";

/** What SQLite says of a page that it cannot read. */
const DAMAGE = /^SQLITE_(?:CORRUPT|NOTADB)/;

/** The error, or, where a page of the file could not be read, one that names the file: it may show in any question. */
export function namingDamage(error: unknown, path: string): unknown {
  for (let one: unknown = error; one instanceof Error; one = one.cause) {
    const code = sqliteCode(one);
    if (code === null || !DAMAGE.test(code)) continue;
    return new StoreError("damaged", path, `${path} is damaged (${code}: ${one.message})`, { cause: error });
  }
  return error;
}

type Method = (...params: readonly unknown[]) => unknown;

/** The same functions; what they throw names the file where it is damaged. */
export function guarded<T extends object>(functions: T, path: string): T {
  const guard =
    (method: Method): Method =>
    (...params) => {
      try {
        const result = method(...params);
        if (!(result instanceof Promise)) return result;
        return result.catch((error: unknown) => {
          throw namingDamage(error, path);
        });
      } catch (error) {
        throw namingDamage(error, path);
      }
    };
  const members = Object.entries(functions).map(([name, member]: [string, unknown]) => [
    name,
    typeof member === "function" ? guard(member as Method) : member,
  ]);
  return Object.fromEntries(members) as T;
}
