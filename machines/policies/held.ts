import type { Task } from "../records/task.ts";

/**
 * What makes an instance look at its held tasks again: `changed` = a child started, or it runs again itself; `backoff` = a
 * child that refused may be tried again; a number = so many tasks there is room for. Source: spec/domain.md 2.6.
 */
export type News = "changed" | "backoff" | number;

/** Whether news of this kind can end what a held task waits for. `manual` and `rejected` wait for a person. */
export function mayMove({ heldReason }: Task, news: News): boolean {
  switch (heldReason) {
    case "no_route":
    case "no_capacity":
      return true;
    case "instance_not_running":
      // Room says nothing about a target that does not run.
      return typeof news !== "number";
    default:
      return false;
  }
}
