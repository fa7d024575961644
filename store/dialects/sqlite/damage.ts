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

type Method = (a?: unknown, b?: unknown, c?: unknown) => unknown;

/** The same function, of as many parameters: the loop asks thirty times a task, and a list of parameters costs a list. */
function guard(method: Method, path: string): Method {
  const outcome = (result: unknown): unknown =>
    result instanceof Promise
      ? result.catch((error: unknown) => {
          throw namingDamage(error, path);
        })
      : result;
  const guards: Method[] = [
    () => outcome(method()),
    (a) => outcome(method(a)),
    (a, b) => outcome(method(a, b)),
    (a, b, c) => outcome(method(a, b, c)),
  ];
  const asked = guards[method.length];
  if (asked === undefined) throw new Error(`a question of ${method.length} parameters cannot be guarded`);
  return (a, b, c) => {
    try {
      return asked(a, b, c);
    } catch (error) {
      throw namingDamage(error, path);
    }
  };
}

/** The same functions; what they throw names the file where it is damaged. */
export function guarded<T extends object>(functions: T, path: string): T {
  const members = Object.entries(functions).map(([name, member]: [string, unknown]) => [
    name,
    typeof member === "function" ? guard(member as Method, path) : member,
  ]);
  return Object.fromEntries(members) as T;
}
