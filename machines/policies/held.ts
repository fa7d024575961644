import type { HeldReason } from "../records/task.ts";
import type { ScopeBehavior } from "../scopes/behavior.ts";
import type { EffectiveConfig } from "../settings.ts";

/** What held tasks wait for, and what news of it moves them. Source: spec/domain.md 2.6. */

/**
 * `person`: somebody decides · `running`: the instance itself runs again · `own room`: in its own queue · `room`: of any
 * child · `child`: that another one runs · `match`: that one who fits runs or has room · `child:NAME`: whatever that one
 * child has to say · `anything`: the behavior does not say · `unsure`: room, of a child or its own; the row does not say.
 */
export type Awaited =
  | "person"
  | "running"
  | "own room"
  | "room"
  | "child"
  | "match"
  | "anything"
  | "unsure"
  | `child:${string}`;

/** A held task, and where it is held. */
export interface Held {
  readonly task: { readonly heldReason: HeldReason | null; readonly project: string | null };
  readonly isRunning: boolean;
  readonly behavior: Pick<ScopeBehavior, "waitsFor">;
  /** What becomes of a task that nobody matches. */
  readonly unmatched: EffectiveConfig["unmatched"];
  /** false = read from its row, which does not say whose room it waits for. */
  readonly isDecided: boolean;
}

/** What a task waits for that is held for a reason that news ends. */
export function awaitedBy({ task, isRunning, behavior, unmatched, isDecided }: Held): Awaited {
  const { heldReason } = task;
  if (heldReason === "instance_not_running" && !isRunning) return "running";
  const who = behavior.waitsFor?.(task);
  if (who === "own room") return who;
  if (typeof who === "object") return `child:${who.child}`;
  if (who === undefined) return "anything";
  if (!isDecided) return "unsure";
  if (heldReason === "no_capacity") return "room";
  return unmatched === "hold" ? "match" : "child";
}

/** What a task waits for that does not wait for room of its own: whoever came without any may not have been looked at. */
export function awaitedBeside(ownRoom: Awaited): Awaited {
  if (ownRoom === "own room") return "anything";
  return ownRoom === "unsure" ? "room" : ownRoom;
}

/** Whether it is news that ends a hold for this reason; else a person does. */
export function endsByNews(reason: HeldReason | null): boolean {
  return reason === "no_route" || reason === "no_capacity" || reason === "instance_not_running";
}

/**
 * What makes an instance look at its held tasks again: it runs again itself · a child runs, and has so much room · a child that
 * ran has so much room · a child does not run any more, so that others, or nobody, are left.
 */
export type News =
  | { readonly kind: "running" | "gone" }
  | { readonly kind: "child" | "room"; readonly name: string; readonly room: number };

/** The groups of held tasks that news can move; null = every one but what a person decides. */
export function movedBy(news: News): readonly Awaited[] | null {
  switch (news.kind) {
    case "running":
      return null;
    case "child":
      return ["own room", "room", "child", "match", "anything", "unsure", `child:${news.name}`];
    case "room":
      return ["room", "match", "anything", "unsure", `child:${news.name}`];
    case "gone":
      return ["room", "anything", "unsure"];
  }
}
