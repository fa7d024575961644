import type { AnyCodec, Codec } from "./column.ts";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Fields that a record says are readonly. */
type Constant<R> = {
  [K in keyof R]-?: Same<Pick<R, K>, Readonly<Pick<R, K>>> extends true ? K : never;
}[keyof R];

/** A codec for each of these fields, fit for its type. */
type Fields<R, K extends keyof R> = { readonly [F in K]-?: Codec<R[F]> };

/** What is written beside the fields of a record because it follows from them, and never read back. */
export interface Derived<R> {
  readonly codec: AnyCodec;
  readonly of: (record: R) => unknown;
}

export function derived<R, T>(codec: Codec<T>, of: (record: R) => T): Derived<R> {
  return { codec, of };
}

/** A value that is read with a record but stands in another table: SQL for a query that joins it. */
export interface Elsewhere<T> {
  readonly sql: string;
  readonly codec: Codec<T>;
}

/** A member that is there unless it would be empty. */
type Member<N extends string, T> = [keyof T] extends [never] ? unknown : { readonly [K in N]: T };

/**
 * A table, said once: its columns by the fields of its record. What the record says is readonly is written with the
 * row and never again. Constraints, indexes and triggers stand in the migrations alone.
 */
export type Description<R, E extends keyof R> = {
  /** As the file has it; columns are named as their fields, in snake_case. */
  readonly name: string;
  /** Columns that have kept an older name in the file, by field. */
  readonly was?: { readonly [F in keyof R]?: string };
  /** Fields of the primary key, or what is derived. */
  readonly key: readonly string[];
  readonly derived?: {
    readonly constant?: Readonly<Record<string, Derived<R>>>;
    readonly changeable?: Readonly<Record<string, Derived<R>>>;
  };
} & Member<"constant", Fields<R, Exclude<Constant<R>, E>>> &
  Member<"changeable", Fields<R, Exclude<keyof R, Constant<R> | E>>> &
  Member<"elsewhere", { readonly [K in E]: Elsewhere<R[K]> }>;

export interface Column<R> {
  readonly field: string;
  readonly name: string;
  readonly codec: AnyCodec;
  readonly primary: boolean;
  readonly changeable: boolean;
  /** How it follows from the record; null = it is a field. */
  readonly of: ((record: R) => unknown) | null;
}

/** What was described, in one shape. */
export interface Table<R> {
  readonly name: string;
  readonly columns: readonly Column<R>[];
  readonly elsewhere: Readonly<Record<string, { readonly sql: string; readonly codec: AnyCodec }>>;
}

type Part<R> = Readonly<Record<string, AnyCodec | Derived<R>>>;

/** A description with the types of its fields forgotten. */
interface Loose<R> extends Partial<Pick<Table<R>, "elsewhere">> {
  readonly was?: Readonly<Record<string, string>>;
  readonly constant?: Part<R>;
  readonly changeable?: Part<R>;
}

/**
 * Describes the table of a record.
 *
 * @typeParam E fields of the record that stand in other tables.
 */
export function table<R extends object, E extends keyof R = never>(description: Description<R, E>): Table<R> {
  const { name, key, derived } = description;
  const { constant, changeable, elsewhere = {}, was = {} } = description as unknown as Loose<R>;
  const columns = (changes: boolean, part: Part<R> = {}): Column<R>[] =>
    Object.entries(part).map(([field, one]) => ({
      field,
      name: was[field] ?? field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      codec: "of" in one ? one.codec : one,
      of: "of" in one ? one.of : null,
      primary: key.includes(field),
      changeable: changes,
    }));
  return {
    name,
    columns: [
      ...[constant, derived?.constant].flatMap((part) => columns(false, part)),
      ...[changeable, derived?.changeable].flatMap((part) => columns(true, part)),
    ],
    elsewhere,
  };
}
