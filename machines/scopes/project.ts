import { givesWorkTo } from "../legality.ts";
import type { Decision } from "../messages/decision.ts";
import { rankCandidates, type NoCandidate } from "../routing/router.ts";
import type { RoutableTask } from "../routing/routable-task.ts";
import type { RoutingView, ScopeBehavior } from "./behavior.ts";
import { create, delegate, handle, hold } from "./decisions.ts";

/** From this complexity on an orchestration is created, where the configuration says nothing. */
const DEFAULT_THRESHOLD = 3;
const LONG_DESCRIPTION_CHARS = 500;
const MANY_TAGS = 3;

/**
 * How much there is to a task, 1…5: one more each for a description of 500 characters or more, three tags or more,
 * dependencies, and a priority of high or urgent. Source: spec/domain.md 2.6 (PROJECT).
 */
export function complexity(
  task: Pick<RoutableTask, "description" | "tags" | "dependsOn" | "priority">,
): number {
  let points = 1;
  if (task.description !== null && task.description.length >= LONG_DESCRIPTION_CHARS) points += 1;
  if (task.tags.length >= MANY_TAGS) points += 1;
  if (task.dependsOn.length > 0) points += 1;
  if (task.priority === "high" || task.priority === "urgent") points += 1;
  return points;
}

/**
 * PROJECT handles what is simple, passes the rest to its ORCHESTRATION children, creates one for complex work,
 * and handles what nobody below can take. Source: spec/domain.md 2.6 (PROJECT, Fallback).
 */
export const projectBehavior: ScopeBehavior = {
  name: "project",
  waitsFor: () => "children",
  decide(view: RoutingView, task: RoutableTask): Decision {
    const { config } = view;
    if (!task.route) return hold(view, task, { held: "manual", reason: "the task is not to be routed" });
    if (!config.autoDelegate) return handle(view, task, "auto_delegate is off");
    const points = complexity(task);
    const threshold = config.orchestrationThreshold;
    if (threshold !== null && points < threshold) {
      return handle(view, task, `complexity ${points}, below ${threshold}`);
    }
    const ranking = rankCandidates(view, task, { scopes: givesWorkTo("PROJECT") });
    if (ranking.best !== null) return delegate(view, task, ranking);
    const createsFrom = threshold ?? DEFAULT_THRESHOLD;
    const mayCreate = config.autoCreateOrchestrations && view.liveOrchestrations < config.maxOrchestrations;
    if (points >= createsFrom && mayCreate) {
      return create(
        view,
        task,
        `complexity ${points}, ${createsFrom} or more, and ${ranking.reason}`,
        ranking,
      );
    }
    return withoutTaker(view, task, ranking);
  },
};

/** Nobody below can take it and nobody is created for it. */
function withoutTaker(view: RoutingView, task: RoutableTask, ranking: NoCandidate): Decision {
  const { why, reason } = ranking;
  if (why === "full") return hold(view, task, { held: "no_capacity", reason }, ranking);
  if (why !== "refused" && why !== "refused_full") return handle(view, task, reason, ranking);
  if (view.config.fallback === "handle") return handle(view, task, `${reason}; fallback: handle`, ranking);
  return hold(view, task, { held: why === "refused" ? "no_route" : "no_capacity", reason }, ranking);
}
