import type { ScopeBehavior } from "./behavior.ts";
import { handle } from "./decisions.ts";

/**
 * ORCHESTRATION queues for its workers and never routes down; `route: false` and `auto_delegate: false` say nothing
 * to it. Whether there is room is its actor's to check. Source: 2-domain.md 2.6 (ORCHESTRATION).
 */
export const orchestrationBehavior: ScopeBehavior = {
  name: "orchestration",
  decide: (view, task) => handle(view, task, "queued for workers"),
};
