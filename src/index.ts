/** Hopper's public menu. */
export { createHopper, type CreateHopperParams } from "./hopper.ts";
export type { Hopper } from "./api/hopper.ts";
export { HopperError } from "../machines/errors.ts";
export { StoreError } from "../store/store-error.ts";
export type { ScopeBehavior } from "../machines/scopes/behavior.ts";
export type {
  ChainView,
  DecisionView,
  DelegationView,
  EventView,
  InstanceTreeView,
  InstanceView,
  ListView,
  TaskView,
} from "./views/views.ts";
export { loadConfiguration } from "./config/config.ts";
export { runPlan } from "./plan/door.ts";
export type {
  LiveState,
  OpenTask,
  PlanHeader,
  PlannedTask,
  PlanRender,
  PlanRenderFor,
  PlanSummary,
  RunningTask,
} from "./plan/render.ts";
export type { PlanStep } from "./plan/steps.ts";
