/** Hopper's public menu. */

import "./environment/node-version.ts";

// A Hopper, and its verbs.
export { createHopper, type CreateHopperParams, type Hopper, type Tasks } from "./hopper.ts";
export type { DeadLetters } from "./verbs/dead-letters.ts";
export type { Delegations } from "./verbs/delegations.ts";
export type { Instances } from "./verbs/instances.ts";
export type { Route } from "./verbs/route.ts";
export type { Work } from "./verbs/work.ts";
export type { Handler, WorkContext, WorkTask } from "./workers/task-job.ts";
export type { Worker } from "./workers/task-worker.ts";
export { TaskFailure } from "./workers/task-failure.ts";

// What the verbs take.
export type { CommandOptions } from "./contracts/command-options.ts";
export type {
  AcceptDelegationParams,
  CompleteDelegationParams,
  ListDelegationsParams,
  RejectDelegationParams,
} from "./contracts/delegations.ts";
export type { ErrorParams } from "./contracts/error-info.ts";
export type { ListEventsParams } from "./contracts/events.ts";
export type { PageParams } from "./contracts/filters.ts";
export type {
  ClaimParams,
  CreateInstanceParams,
  FailInstanceParams,
  HierarchyParams,
  InstanceQueueParams,
  ListInstancesParams,
  StopInstanceParams,
  TerminateInstanceParams,
} from "./contracts/instances.ts";
export type { BatchTaskParams, CreateTaskParams, UpdateTaskParams } from "./contracts/task-input.ts";
export type {
  AssignTaskParams,
  CompleteOneParams,
  CompleteTaskParams,
  DelegateTaskParams,
  FailOneParams,
  FailTaskParams,
  HeartbeatTaskParams,
  ListTasksParams,
  ReasonParams,
  ReassignTaskParams,
  ReleaseTaskParams,
  RetryTaskParams,
  SetTaskStatusParams,
  WaitForTaskParams,
  WaitsParams,
} from "./contracts/tasks.ts";
export type { WorkParams } from "./contracts/work.ts";
export type { Word } from "./contracts/words.ts";

// What the verbs answer.
export type * from "./views/views.ts";
export type * from "./views/wait-view.ts";
export type { DoctorFinding } from "../store/store.ts";
export { examineDamaged } from "./verbs/doctor.ts";

// Words and values.
export type { EventName } from "../machines/events/catalogue.ts";
export type {
  DelegationStatus,
  DelegationType,
  DelegationOutcome,
  ReasonCode,
} from "../machines/records/delegation.ts";
export type { InstanceConfig, InstanceStatus, InstanceType, Scope } from "../machines/records/instance.ts";
export type {
  FinalTaskStatus,
  HeldReason,
  Priority,
  TaskOutcome,
  TaskSource,
  TaskStatus,
} from "../machines/records/task.ts";
export type { ErrorInfo, Json } from "../machines/records/values.ts";

// What createHopper may be given.
export type { Clock, Ids, Log, Random } from "../actors/engine/environment.ts";
export type { LoopLimits } from "../actors/engine/system-params.ts";
export type { Configuration, ConfigurationSources, SettingEntry } from "./config/config.ts";

// Errors.
export { HopperError, type ErrorCode, type Facts } from "../machines/errors.ts";
export type { Upgrade } from "../store/open.ts";
export { StoreError } from "../store/store-error.ts";

// What a scope behavior of one's own is made of.
export type { RoutingView, ScopeBehavior } from "../machines/scopes/behavior.ts";
export { create, delegate, handle, hold } from "../machines/scopes/decisions.ts";
export type { Candidate, Decision } from "../machines/messages/decision.ts";
export type { RoutableTask } from "../machines/routing/routable-task.ts";
export { rankCandidates, type NoCandidate, type Ranking, type Winner } from "../machines/routing/router.ts";

// Configuration and plans.
export { loadConfiguration } from "./config/config.ts";
export { runPlan } from "./plan/door.ts";
export type * from "./plan/render.ts";
export type { PlanStep } from "./narration/step.ts";
