import type { ScopeBehavior } from "./behavior.ts";
import { hold } from "./decisions.ts";

/**
 * FEDERATED stands for another Hopper and has no queue: until there is a way to send work there, it holds it,
 * `no_route`. Source: 2-domain.md 2.6 (FEDERATED).
 */
export const federatedBehavior: ScopeBehavior = {
  name: "federated",
  decide: (view, task) => hold(view, task, { held: "no_route", reason: "no connection to another Hopper" }),
};
