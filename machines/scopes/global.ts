import { givesWorkTo } from "../legality.ts";
import type { Decision } from "../messages/decision.ts";
import type { WhyNoCandidate } from "../routing/reasons.ts";
import { rankCandidates } from "../routing/router.ts";
import type { RoutableTask } from "../routing/routable-task.ts";
import type { RoutingView, ScopeBehavior } from "./behavior.ts";
import { create, delegate, hold } from "./decisions.ts";

/**
 * GLOBAL always passes work on and never queues: to the child that the task names, else to the best of those running.
 * Source: spec/domain.md 2.6 (GLOBAL, Fallback).
 */
export const globalBehavior: ScopeBehavior = {
  name: "global",
  waitsFor: ({ project }) => (project === null ? "children" : { child: project }),
  decide(view: RoutingView, task: RoutableTask): Decision {
    if (!task.route) return hold(view, task, { held: "manual", reason: "the task is not to be routed" });
    if (!view.config.autoDelegate)
      return hold(view, task, { held: "manual", reason: "auto_delegate is off" });
    const ranking = rankCandidates(view, task, { scopes: givesWorkTo("GLOBAL"), named: task.project });
    if (ranking.best !== null) return delegate(view, task, ranking);
    if (ranking.why === "named_unknown" && view.config.autoCreateProjects) {
      return create(view, task, `${ranking.reason} yet`, ranking);
    }
    return hold(view, task, { held: HELD[ranking.why], reason: ranking.reason }, ranking);
  },
};

const HELD: Readonly<Record<WhyNoCandidate, NonNullable<Decision["held"]>>> = {
  named_not_running: "instance_not_running",
  full: "no_capacity",
  refused_full: "no_capacity",
  no_child: "no_route",
  none_running: "no_route",
  none_eligible: "no_route",
  named_unknown: "no_route",
  given_back: "no_route",
  refused: "no_route",
};
