/**
 * What each event does to the records: the turns apply it as they record the event, and folding the
 * journal applies it again, so the two cannot differ (T8). Only what an event's name, place and
 * moment do not tell stands in its data. Each event that changes a record is one version of it (T3).
 */
export type { Happening } from "./evolve/happening.ts";
export { createTask, type TaskCreated } from "./evolve/task-created.ts";
export { createHop, evolveHop, evolveTaskByHop, type HopCreated } from "./evolve/delegation.ts";
export { evolveTask } from "./evolve/task.ts";
export { evolveInstance } from "./evolve/instance.ts";
