/** What a person is told while a plan runs; how a step looks is cli/render/plan.ts's business. Source: spec/product.md 1.4. */
export type Step =
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
  | { readonly kind: "instance"; readonly name: string; readonly scope: string; readonly status: string };

/** A step, and the one event of the journal that it was made from. */
export type PlanStep = Step & {
  readonly cursor: string;
  readonly at: string;
  /** Of the task; null = the step is about an instance. */
  readonly ref: string | null;
};
