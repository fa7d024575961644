import type { ActorNo, DelegationNo, Json, TaskNo } from "../records/values.ts";

/** What a value of an event's data is; views show it by this (src/views/event-view.ts). */
export type FieldKind =
  /** The number of an instance, shown as its id; the desk as null. */
  | "instance"
  /** The number of a task, shown as its ref. */
  | "task"
  /** The number of a delegation, shown as its ref. */
  | "delegation"
  /** ms since the epoch, shown as ISO 8601. */
  | "moment"
  /** A length in ms. */
  | "duration"
  | "number"
  | "flag"
  /** Free text, or one word of a list. */
  | "text"
  /** JSON, shown as it is. */
  | "json"
  /** JSON of the caller that is kept as text, shown parsed. */
  | "json text";

/** One field of an event's data: how it is stored, how it is shown, whether it may be missing. */
export interface Field<Stored = unknown, Shown = unknown, Optional extends boolean = boolean> {
  readonly kind: FieldKind;
  readonly optional: Optional;
  /** For the compiler alone; never there. */
  readonly types?: readonly [Stored, Shown];
}

/** The fields of an event's data, by name. */
export interface Fields {
  readonly [name: string]: Field;
}

type StoredOf<F> = F extends Field<infer Stored> ? Stored : never;
type ShownOf<F> = F extends Field<unknown, infer Shown> ? Shown : never;
type OptionalOf<F extends Fields> = {
  [K in keyof F]: F[K] extends Field<unknown, unknown, true> ? K : never;
}[keyof F];
type Simple<T> = { [K in keyof T]: T[K] };

/** Data with these fields, as the journal holds it. */
export type DataOf<F extends Fields> = Simple<
  { readonly [K in Exclude<keyof F, OptionalOf<F>>]: StoredOf<F[K]> } & {
    readonly [K in OptionalOf<F>]?: StoredOf<F[K]>;
  }
>;

/** Data with these fields, as users see it. */
export type ShownDataOf<F extends Fields> = Simple<
  { [K in Exclude<keyof F, OptionalOf<F>>]: ShownOf<F[K]> } & { [K in OptionalOf<F>]?: ShownOf<F[K]> }
>;

function field<Stored, Shown = Stored>(kind: FieldKind): Field<Stored, Shown, false> {
  return { kind, optional: false };
}

export const instance = field<ActorNo, string | null>("instance");
export const task = field<TaskNo, string>("task");
export const delegation = field<DelegationNo, string>("delegation");
export const moment = field<number, string>("moment");
export const duration = field<number>("duration");
export const number = field<number>("number");
export const flag = field<boolean>("flag");
export const text = field<string>("text");
export const jsonText = field<string, Json>("json text");

/** One word of a list that the records declare. */
export function word<W extends string>(): Field<W, W, false> {
  return field("text");
}

export function json<T>(): Field<T, T, false> {
  return field("json");
}

/** Several of them. */
export function list<Stored, Shown>(one: Field<Stored, Shown, false>): Field<Stored[], Shown[], false> {
  return field(one.kind);
}

/** null = known to be absent. */
export function nullable<Stored, Shown>(
  one: Field<Stored, Shown, false>,
): Field<Stored | null, Shown | null, false> {
  return field(one.kind);
}

/** May be missing: then it is as it was, or the default. */
export function optional<Stored, Shown>(one: Field<Stored, Shown, false>): Field<Stored, Shown, true> {
  return { kind: one.kind, optional: true };
}
