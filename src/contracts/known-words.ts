/** The words that callers may write, for who shows them and loads nothing else. */
export { DELEGATION_STATUSES } from "../../machines/records/delegation.ts";
export { INSTANCE_STATUSES, INSTANCE_TYPES, SCOPES } from "../../machines/records/instance.ts";
export { PRIORITIES, TASK_STATUSES } from "../../machines/records/task.ts";
