import type { ScopeBehavior } from "./behavior.ts";
import { handle, hold } from "./decisions.ts";

/** Scopes that never route: `route: false` and `auto_delegate: false` say nothing to them. Source: spec/domain.md 2.6. */

/** Queues for its workers. Whether there is room is its actor's to check. */
export const orchestrationBehavior: ScopeBehavior = {
  name: "orchestration",
  waitsFor: () => "own room",
  decide: (view, task) => handle(view, task, "queued for workers"),
};

/** Handles everything: a person's list. */
export const personalBehavior: ScopeBehavior = {
  name: "personal",
  waitsFor: () => "own room",
  decide: (view, task) => handle(view, task, "on the list"),
};

/** Stands for another Hopper and has no queue: until there is a way to send work there, it holds it. */
export const federatedBehavior: ScopeBehavior = {
  name: "federated",
  waitsFor: () => "children",
  decide: (view, task) => hold(view, task, { held: "no_route", reason: "no connection to another Hopper" }),
};
