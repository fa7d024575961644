/** What several records are made of: the addresses of rows and actors, texts, JSON, replies and errors. */

/** Row number of an instance, 1…; also the address of its actor. */
export type InstanceNo = number;
/** Row number of a task: `T-42` is 42. */
export type TaskNo = number;
/** Row number of a delegation: `D-7` is 7. */
export type DelegationNo = number;
/** Address of an actor: an instance's number, or {@link DESK}. */
export type ActorNo = number;

/** The reserved actor that keeps what belongs to no instance. */
export const DESK: ActorNo = 0;

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** How long a text is, as limits count it and JSON Schema and the store do: an emoji is one character. */
export const characters = (text: string): number => Array.from(text).length;

/** Where an answer goes: the command that asked, and whether its answer is stored under a key. */
export interface Reply {
  readonly command: number;
  readonly keyed: boolean;
}

/** A machine-readable reason for failure or cancellation. */
export interface ErrorInfo {
  readonly code: string;
  readonly message: string;
  readonly details?: Json;
}
