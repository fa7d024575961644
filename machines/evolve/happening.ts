import type { EventName } from "../events.ts";
import type { ActorNo } from "../records/values.ts";

/** The part of an event that evolving a record needs. */
export interface Happening {
  readonly name: EventName;
  readonly position: number;
  readonly at: number;
  readonly instance: ActorNo;
  readonly data: { readonly [key: string]: unknown } | null;
}

export const NOTHING: { readonly [key: string]: unknown } = {};
