import type { Refusal } from "../errors.ts";
import type { Delegation } from "../records/delegation.ts";
import type { Instance } from "../records/instance.ts";
import type { Task } from "../records/task.ts";
import type { ActorNo, TaskNo } from "../records/values.ts";
import type { Decision } from "./decision.ts";

/** What a turn answers a command with. */
export type Answer =
  | { readonly ok: true; readonly value: AnswerValue }
  | { readonly ok: false; readonly refusal: Refusal };

/** Records in answers are copies as of the turn that answered. */
export type AnswerValue =
  | { readonly kind: "instance"; readonly instance: Instance }
  | { readonly kind: "task"; readonly task: Task }
  | { readonly kind: "tasks"; readonly tasks: readonly Task[]; readonly instances: readonly Instance[] }
  | { readonly kind: "delegation"; readonly delegation: Delegation }
  | {
      readonly kind: "claims";
      readonly claims: readonly { readonly task: Task; readonly token: number; readonly expiresAt: number }[];
      readonly nextAt: number | null;
      /** Nothing yet: who asked goes on waiting. A stored answer never says so. */
      readonly forNow?: boolean;
      /** Nothing for who asked, though others may find some. */
      readonly othersMay?: boolean;
    }
  | { readonly kind: "lease"; readonly expiresAt: number; readonly task: Task }
  | { readonly kind: "queue"; readonly tasks: readonly Task[]; readonly oldest: Task | null }
  /** Everybody who keeps one of them has been told. */
  | { readonly kind: "cancelled" }
  | { readonly kind: "decision"; readonly decision: Decision }
  | { readonly kind: "redriven"; readonly letter: RedrivenLetter };

/** A dead letter as it was when it was handed to its receiver again. */
export interface RedrivenLetter {
  readonly no: number;
  readonly to: ActorNo;
  readonly from: ActorNo | null;
  readonly type: string;
  readonly task: TaskNo | null;
  readonly error: string;
  readonly at: number;
  readonly times: number;
}
