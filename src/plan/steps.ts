import type { TaskView } from "../views/views.ts";
import type { ShellResult } from "../workers/shell.ts";

/**
 * What a person is told while a plan runs: each step is made from one event of the journal, and names it.
 * How a step looks is cli/render/plan.ts's business. Source: 1-product.md "The first run".
 */
interface Told {
  /** The event the step was made from. */
  readonly cursor: string;
  readonly at: string;
  /** Of the task; null = the step is about an instance. */
  readonly ref: string | null;
}

export type PlanStep = Told &
  (
    | {
        readonly kind: "task";
        readonly title: string;
        readonly tags: readonly string[];
        readonly after: readonly string[];
        readonly run: boolean;
      }
    | {
        readonly kind: "hop";
        readonly from: string;
        readonly to: string;
        readonly how: "accepted" | "rejected" | "cancelled";
        readonly type: string;
        readonly reason: string | null;
      }
    | { readonly kind: "held"; readonly by: string; readonly reason: string; readonly why: string | null }
    /** One attempt of the command, in words such as `exit 0`; `ms` null = how long is not known. `again`: it will be tried again. */
    | {
        readonly kind: "ran";
        readonly by: string;
        readonly good: boolean;
        readonly how: string;
        readonly ms: number | null;
        readonly attempt: number;
        readonly maxAttempts: number;
        readonly again: { readonly inMs: number } | null;
      }
    | { readonly kind: "queued-again"; readonly by: string; readonly why: string }
    | { readonly kind: "result"; readonly text: string }
    /** `bubbledTo` null = it was final where it had been created. */
    | {
        readonly kind: "final";
        readonly status: "done" | "failed" | "cancelled";
        readonly by: string | null;
        readonly why: string | null;
        readonly bubbledTo: string | null;
        readonly bubbledMs: number;
      }
    | { readonly kind: "instance"; readonly name: string; readonly scope: string; readonly status: string }
  );

/** What the story needs to know beyond the events, at the moment an event is told. */
export interface StoryFacts {
  /** By id or ref; undefined = the task is not of this run. */
  task(idOrRef: string): TaskView | undefined;
  /** Name of an instance, by id. */
  instanceName(id: string): string;
  /** null = it is not of the tree that the plan works in. */
  instanceScope(id: string): string | null;
  /** It stood in the tree when the run began: that it runs is no news. */
  isOfPlan(id: string): boolean;
  /** What the last attempt of a task gave, where one of our workers ran it. */
  result(taskId: string): ShellResult | undefined;
}
