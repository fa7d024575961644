import type { Message } from "../../machines/messages/envelope.ts";
import type { Delegation } from "../../machines/records/delegation.ts";
import type { Task } from "../../machines/records/task.ts";
import type { ActorNo, TaskNo } from "../../machines/records/values.ts";
import type { Turn } from "./turn.ts";

/** Which kind of message a type names. */
export type MessageOf<T extends Message["type"]> = Extract<Message, { readonly type: T }>;

/** `work` = it asks for something new; `progress` = it moves or ends what is there, and must pass when there is too much. */
export type Admission = "work" | "progress";

/** Who wait for a task, told at a time. */
export const WATCHERS = 100;

/** What a command would bring into being. */
export interface Load {
  /** Tasks and instances. */
  readonly records: number;
  /** Who will keep them, with how many each; absent = whoever is asked, all of them. */
  readonly keepers?: ReadonlyMap<ActorNo, number>;
  /** Characters of their texts, as far as these may be long. */
  readonly chars: number;
}

/** What the engine must know of a kind of message, whatever it asks for. */
interface EntryBase<M> {
  readonly admission: Admission;
  /** How much it asks for; absent = one record without a long text. What the doors count. */
  load?(message: M): Load;
  /** The desk handles it too; else it needs an instance. */
  readonly desk?: true;
  /** What an actor tells itself to end what it began: handled before all that waits for it. */
  readonly first?: true;
  /**
   * What an actor tells itself to go on with what takes long: handled in a later batch, so that what is done is committed and
   * others get their turn.
   */
  later?(message: M): boolean;
  /** Its moment is a row: unhandled, it is found due again, so it is never stored. */
  readonly timer?: true;
  /** Tasks of others that the turn will send messages about: their keepers are looked up for it. */
  addresses?(message: M): readonly TaskNo[];
  /** The dead letter it is about. */
  letter?(message: M): number;
  /** It needs to know who waits for its task: at most {@link WATCHERS} with a higher number than this; null = it does not. */
  watchersAfter?(message: M): TaskNo | null;
  /**
   * What an actor counts and closes because the message came, whatever it then decides: the first thing in its turn, and
   * done also when the rest of it fails and the message is a dead letter. Else its counts would be wrong for ever, and
   * hops above a task that is done stay open.
   */
  bookkeeping?(turn: Turn, message: M): void;
}

/** A message that needs no row of its own found. */
interface Plain<M> extends EntryBase<M> {
  readonly needs: "nothing";
  handle(turn: Turn, message: M): void;
}

/** A message about a task that the actor must keep; else it goes on to who does. */
interface AboutTask<M> extends EntryBase<M> {
  readonly needs: "task";
  /** First it visits an actor that does not keep the task, which checks what only that one knows. */
  readonly visit?: { when(message: M): boolean; handle(turn: Turn, message: M): void };
  /** Whether the task may be done and the turn must know under which lease. */
  asksResult?(task: Task): boolean;
  handle(turn: Turn, message: M, task: Task): void;
}

/** A task has come with the message; null = it has been passed on meanwhile. */
interface Arrival<M> extends EntryBase<M> {
  readonly needs: "arrival";
  handle(turn: Turn, message: M, task: Task | null): void;
}

/** A message about a delegation, decided or not; the task where it is on offer over it to this actor. */
interface AboutDelegation<M> extends EntryBase<M> {
  readonly needs: "delegation";
  handle(turn: Turn, message: M, delegation: Delegation, task: Task | null): void;
}

/** All there is to say about one kind of message. */
export type Entry<M> = Plain<M> | AboutTask<M> | Arrival<M> | AboutDelegation<M>;

/** An entry for each kind of message, as its handlers know it. */
export type Entries<T extends Message["type"]> = { readonly [K in T]: Entry<MessageOf<K>> };

/** The entries of all messages, for who knows the kind only when it runs. */
export type Registry = Readonly<Record<Message["type"], Entry<Message>>>;
