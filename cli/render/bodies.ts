import { toWire } from "../../src/contracts/wire.ts";
import type {
  AttemptView,
  ChainView,
  DeadLetterView,
  DecisionView,
  DelegationView,
  EventView,
  InstanceTreeView,
  InstanceView,
  Stats,
  TaskView,
  WaitView,
} from "../library/library.ts";

/** The bodies of the wire as types: the library's views with snake_case keys. */

type SnakeKey<Key extends string> = Key extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${SnakeKey<Rest>}`
  : Key;

/** Keys whose values are the user's own, and pass through untouched. */
type Untouched = "config" | "runtimeMetadata" | "payload" | "result" | "output" | "details" | "data";

/** A delegation's result is a record of ours. */
type IsUntouched<Key, View> = Key extends "result"
  ? View extends { sourceInstanceId: unknown }
    ? false
    : true
  : Key extends Untouched
    ? true
    : false;

type Wire<View> = View extends readonly (infer Item)[]
  ? Wire<Item>[]
  : View extends object
    ? {
        [Key in keyof View as Key extends string ? SnakeKey<Key> : Key]: IsUntouched<Key, View> extends true
          ? View[Key]
          : Wire<View[Key]>;
      }
    : View;

/** A view as it goes over the wire. */
export function bodyOf<View>(view: View): Wire<View> {
  return toWire(view) as Wire<View>;
}

export type InstanceBody = Wire<InstanceView>;
export type TreeBody = Wire<InstanceTreeView>;
export type TaskBody = Wire<TaskView>;
export type AttemptBody = Wire<AttemptView>;
export type WaitBody = Wire<WaitView>;
export type DelegationBody = Wire<DelegationView>;
export type ChainBody = Wire<ChainView>;
/** Events of any name: what each says is read by its keys. */
export type EventBody = Wire<Omit<EventView, "data">> & { data: { [key: string]: TaskBody["result"] } };
export type DeadLetterBody = Wire<DeadLetterView>;
export type DecisionBody = Wire<DecisionView>;
export type StatsBody = Wire<Stats>;

/** Names of instances and refs of tasks by id, for bodies that only hold ids. */
export type Names = Readonly<Record<string, string>>;

/** What an id is called; `-` = there is none. */
export function nameOf(id: string | null, names: Names): string {
  return id === null ? "-" : (names[id] ?? id);
}
