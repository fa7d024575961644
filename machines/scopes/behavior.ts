import type { Decision } from "../messages/decision.ts";
import type { Instance } from "../records/instance.ts";
import type { RoutableTask } from "../routing/routable-task.ts";
import type { RosterView } from "../routing/roster.ts";
import type { TextIndex } from "../routing/text-index.ts";
import type { EffectiveConfig } from "../settings.ts";

/**
 * What an actor knows when it decides where a task goes: its own state and nothing else.
 * The roster may be stale; the target decides with the truth. Source: spec/domain.md 2.6, spec/runtime.md 3.1.
 */
export interface RoutingView {
  readonly instance: Instance;
  readonly config: EffectiveConfig;
  readonly roster: RosterView;
  /** The words of the roster; cached by the actor. */
  readonly text: TextIndex;
  /** ms since the epoch. */
  readonly now: number;
  /** Queued, claimed and held here. */
  readonly load: number;
  /** Live ORCHESTRATION children, created ones included. */
  readonly liveOrchestrations: number;
}

/**
 * How instances of one scope decide what becomes of a task they hold: handle, delegate, create or hold.
 * `decide` is pure: the same view and task give the same decision. Source: spec/domain.md 2.6.
 */
export interface ScopeBehavior {
  /** For logs and explanations, e.g. `project`. */
  readonly name: string;
  decide(view: RoutingView, task: RoutableTask): Decision;
  /**
   * Whose news can end a hold of this task for want of a taker or of room: any child's, that of the one child of a name,
   * or the instance's own. Absent or undefined = not known: whatever is heard, the task is looked at again.
   */
  readonly waitsFor?: (
    task: Pick<RoutableTask, "project">,
  ) => "children" | "own room" | { readonly child: string } | undefined;
}
