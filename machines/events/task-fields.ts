import type { Priority, Task } from "../records/task.ts";
import { flag, jsonText, list, moment, nullable, number, optional, task, text, word } from "./field.ts";

/** Fields that several events of a task share. */

/** A claim, or a person's own: who has it, until when, and when its attempt ends. */
export const lease = {
  by: text,
  until: moment,
  kind: optional(word<NonNullable<Task["leaseKind"]>>()),
  ends: optional(moment),
};

/** Counters as they are after the event, where they changed. */
export const counters = {
  failures: optional(number),
  leaseLosses: optional(number),
  attempt: optional(number),
};

/** How many leases may be lost, as the settings said then; events of older versions do not say it. */
export const maxLeaseLosses = optional(number);

/** What was asked, as an edit may change it. */
export const asked = {
  title: optional(text),
  description: optional(nullable(text)),
  tags: optional(list(text)),
  priority: optional(word<Priority>()),
  project: optional(nullable(text)),
  dependsOn: optional(list(task)),
  /** Those of them that are open. */
  waitsFor: optional(list(task)),
  deadlineAt: optional(nullable(moment)),
  notBefore: optional(nullable(moment)),
  timeoutSeconds: optional(nullable(number)),
  maxAttempts: optional(number),
  payload: optional(nullable(jsonText)),
  route: optional(flag),
};

export const leaseIfTaken = { ...lease, by: optional(text), until: optional(moment) };
