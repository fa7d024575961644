import type { Decision } from "../messages/decision.ts";
import type { NoCandidate, Ranking, Winner } from "../routing/router.ts";
import type { RoutableTask } from "../routing/routable-task.ts";
import type { RoutingView } from "./behavior.ts";

/**
 * The task stays here, in the queue of this instance; `reason` is for people.
 *
 * @example
 * if (task.tags.includes("by-hand")) return handle(view, task, "done by hand");
 */
export function handle(
  view: RoutingView,
  task: RoutableTask,
  reason: string,
  ranking?: NoCandidate,
): Decision {
  return decision(view, task, { action: "handle", reason, held: null, target: null }, ranking);
}

/**
 * The task stays here in no queue; `held` says why to machines, `reason` to people.
 *
 * @example
 * if (!task.route) return hold(view, task, { held: "manual", reason: "the task is not to be routed" });
 */
export function hold(
  view: RoutingView,
  task: RoutableTask,
  why: { readonly held: NonNullable<Decision["held"]>; readonly reason: string },
  ranking?: Ranking,
): Decision {
  return decision(view, task, { action: "hold", target: null, ...why }, ranking);
}

/**
 * A child is to be created for the task, started, and offered it; `ranking` shows that nobody there can take it.
 *
 * @example
 * if (ranking.why === "full") return create(view, task, ranking.reason, ranking);
 */
export function create(
  view: RoutingView,
  task: RoutableTask,
  reason: string,
  ranking: NoCandidate,
): Decision {
  return decision(view, task, { action: "create", reason, held: null, target: null }, ranking);
}

/**
 * The task is offered to the best candidate, or held `no_route` where only the load would choose and the effective
 * configuration says `unmatched: hold`. Source: spec/domain.md 2.6 (Candidates).
 *
 * @example
 * if (ranking.best !== null) return delegate(view, task, ranking);
 */
export function delegate(view: RoutingView, task: RoutableTask, ranking: Winner): Decision {
  if (ranking.unmatched && view.config.unmatched === "hold") {
    return hold(view, task, { held: "no_route", reason: "no tag or text matched" }, ranking);
  }
  const { best, reason } = ranking;
  return decision(view, task, { action: "delegate", reason, held: null, target: best }, ranking);
}

function decision(
  view: RoutingView,
  task: RoutableTask,
  what: Pick<Decision, "action" | "reason" | "held" | "target">,
  ranking: Ranking | undefined,
): Decision {
  return {
    action: what.action,
    reason: what.reason,
    instance: view.instance.no,
    target: what.target,
    held: what.held,
    rule: null,
    unmatched: ranking?.unmatched ?? false,
    routingRound: task.routingRound,
    candidates: ranking?.ranked ?? [],
  };
}
