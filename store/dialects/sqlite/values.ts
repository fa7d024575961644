const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Sixteen bytes of a UUID, or null when the text is none in its usual lower-case form. */
export function bytesOfUuid(text: string): Buffer | null {
  return UUID.test(text) ? Buffer.from(text.replaceAll("-", ""), "hex") : null;
}

export function uuidOfBytes(bytes: Buffer): string {
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** A list as JSON text; an empty one, by far the most frequent, is null. */
export function listText(list: readonly unknown[]): string | null {
  return list.length === 0 ? null : JSON.stringify(list);
}

export function listOf<T>(text: string | null): T[] {
  return text === null ? [] : (JSON.parse(text) as T[]);
}

/** JSON text of a value that may be absent. */
export function jsonText(value: object | null): string | null {
  return value === null ? null : JSON.stringify(value);
}

export function jsonOf<T>(text: string | null): T | null {
  return text === null ? null : (JSON.parse(text) as T);
}

/**
 * `?, ?, ?` for these columns.
 *
 * @param uuid the column that takes the text of a UUID and holds its bytes: SQLite's unhex is faster than JavaScript.
 */
export function marks(columns: readonly string[], uuid?: string): string {
  return columns.map((column) => (column === uuid ? "unhex(?, '-')" : "?")).join(", ");
}

/** `a = ?, b = ?` for the columns of an update. */
export function assignments(columns: readonly string[]): string {
  return columns.map((column) => `${column} = ?`).join(", ");
}
