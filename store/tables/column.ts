/** A value in the file that cannot be what this program has written. */
export class UnreadableValue extends Error {
  override readonly name = "UnreadableValue";
}

/** How a value of a record stands in a column of the file. */
export interface Codec<T> {
  readonly type: "INTEGER" | "REAL" | "TEXT" | "BLOB";
  readonly nullable: boolean;
  /** Stands for the value in an INSERT. */
  readonly mark: string;
  /** What is bound for a value; null is bound as it is. null = every value is. */
  readonly write: ((value: T) => unknown) | null;
  /** The value of what stands in the column; null = that itself. */
  readonly read: ((stored: never) => T) | null;
}

/** A codec whatever its type. */
export interface AnyCodec extends Pick<Codec<never>, "type" | "nullable" | "mark"> {
  readonly write: ((value: never) => unknown) | null;
  readonly read: ((stored: never) => unknown) | null;
}

function asItIs<T>(type: Codec<T>["type"]): Codec<T> {
  return { type, nullable: false, mark: "?", write: null, read: null };
}

export const integer = asItIs<number>("INTEGER");
export const real = asItIs<number>("REAL");
export const text = asItIs<string>("TEXT");
/** Milliseconds since 1970, or a length in them. */
export const moment = asItIs<number>("INTEGER");

/** 0 or 1. */
export const boolean: Codec<boolean> = {
  ...integer,
  write: (value) => (value ? 1 : 0),
  read: (stored: number) => stored === 1,
};

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Sixteen bytes of a UUID, or null when the text is none in its usual lower-case form. */
export function bytesOfUuid(id: string): Buffer | null {
  return UUID.test(id) ? Buffer.from(id.replaceAll("-", ""), "hex") : null;
}

export function uuidOfBytes(bytes: Buffer): string {
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Sixteen bytes, which SQLite makes of the text faster than JavaScript. */
export const uuid: Codec<string> = {
  type: "BLOB",
  nullable: false,
  mark: "unhex(?, '-')",
  write: null,
  read: uuidOfBytes,
};

export function nullable<T>(codec: Codec<T>): Codec<T | null> {
  const { write, read } = codec as Codec<T | null>;
  return {
    ...codec,
    nullable: true,
    write,
    read: read === null ? null : (stored: never) => (stored === null ? null : read(stored)),
  };
}

/**
 * The code of a word. Reading it back costs an index.
 *
 * @throws Error when the file holds a code that this version has no word for.
 */
export function word<W extends string>(codes: Readonly<Record<W, number>>): Codec<W> {
  const words: (W | undefined)[] = [];
  for (const [one, code] of Object.entries(codes) as [W, number][]) words[code] = one;
  return {
    ...asItIs<W>("INTEGER"),
    write: (value) => codes[value],
    read(code: number) {
      const found = words[code];
      if (found === undefined) throw new UnreadableValue(`unknown code ${code} in the store`);
      return found;
    },
  };
}

function parsed<T>(stored: string): T {
  try {
    return JSON.parse(stored) as T;
  } catch (error) {
    throw new UnreadableValue(`no JSON in the store: ${(error as Error).message}`, { cause: error });
  }
}

/** JSON text. */
export function json<T>(): Codec<T> {
  return {
    ...asItIs<T>("TEXT"),
    write: (value) => JSON.stringify(value),
    read: (stored: string) => parsed<T>(stored),
  };
}

/** A list as JSON text; an empty one, by far the most frequent, is NULL. */
export function list<T>(): Codec<T[]> {
  return {
    ...asItIs<T[]>("TEXT"),
    nullable: true,
    write: (value) => (value.length === 0 ? null : JSON.stringify(value)),
    read: (stored: string | null) => (stored === null ? [] : parsed<T[]>(stored)),
  };
}

/** Numbers with commas between them; an empty list is NULL. */
export const numbers: Codec<number[]> = {
  ...asItIs<number[]>("TEXT"),
  nullable: true,
  write: (value) => (value.length === 0 ? null : value.join(",")),
  read: (stored: string | null) => (stored === null ? [] : stored.split(",").map(Number)),
};
