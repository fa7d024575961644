import type { Refusal } from "../../machines/errors.ts";
import type { Message } from "../../machines/messages/envelope.ts";
import type { Task } from "../../machines/records/task.ts";
import type { ActorNo, TaskNo } from "../../machines/records/values.ts";
import type { Settings } from "../../machines/settings.ts";
import type { Due } from "../../store/store.ts";
import type { Actor } from "./actor.ts";
import type { Registry } from "./entry.ts";
import type { Turn } from "./turn.ts";

/**
 * What actors say to each other and do about it, as the engine is given it: the engine delivers, commits and recovers,
 * and knows no message by its name. Made by actors/handlers/protocol.ts.
 */
export interface Protocol {
  readonly messages: Registry;
  /** For something whose moment has come; its keeper looks whether it still has. */
  due(due: Due): Message;
  /** What the auditor asks keepers: to look again at a task, or at their own instance, that nothing is under way for. */
  readonly audit: { task(task: TaskNo): Message; instance(): Message };
  /** What any turn may have made possible, looked at once at its end. */
  afterTurn(turn: Turn): void;
  /** What this actor must tell another when the batch has done all else; null = nothing. Asked once more after each telling. */
  news(
    actor: Actor,
    settings: Settings,
    now: number,
  ): { readonly to: ActorNo; readonly message: Message } | null;
  /** What the desk answers to a message that needs an instance. */
  readonly notForDesk: Refusal;
  /**
   * Notes that the message of this turn could not be handled; `about`: the task it names. A task that this actor keeps
   * is held for a person, where nothing else is under way for it.
   */
  deadLetter(turn: Turn, error: string, about: TaskNo | null, kept: Task | null): void;
}
