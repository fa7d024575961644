import type { ScopeBehavior } from "./behavior.ts";
import { handle } from "./decisions.ts";

/**
 * PERSONAL handles everything: a person's list; `route: false` and `auto_delegate: false` say nothing to it.
 * Source: 2-domain.md 2.6 (PERSONAL).
 */
export const personalBehavior: ScopeBehavior = {
  name: "personal",
  decide: (view, task) => handle(view, task, "on the list"),
};
