import { expect, test } from "vitest";
import {
  delegationLifecycle,
  type DelegationContext,
  type DelegationEvent,
} from "../../machines/lifecycles/delegation.ts";
import type { DelegationStatus } from "../../machines/records/delegation.ts";
import { describeTable } from "../support/lifecycle-table.ts";

describeTable<DelegationStatus, DelegationContext, DelegationEvent>({
  lifecycle: delegationLifecycle,
  events: [
    { type: "ACCEPT" },
    { type: "REJECT" },
    { type: "EXPIRE" },
    { type: "CANCEL" },
    { type: "COMPLETE" },
  ],
  contexts: [{}],
  words: {},
  table: `
             | pending    accepted   rejected  completed  cancelled
    ACCEPT   | accepted   -          -         -          -
    REJECT   | rejected   -          -         -          -
    EXPIRE   | rejected   -          -         -          -
    CANCEL   | cancelled  cancelled  -         -          -
    COMPLETE | -          completed  -         -          -
  `,
});

test("a new delegation is pending", () => {
  expect(delegationLifecycle.initial).toBe("pending");
});

test("a delegation is over when it is rejected, completed or cancelled", () => {
  const final = delegationLifecycle.states.filter((status) => delegationLifecycle.isFinal(status));
  expect(final).toEqual(["rejected", "completed", "cancelled"]);
});

test("it says which verbs it takes", () => {
  expect(delegationLifecycle.allowed("pending", {})).toEqual(["ACCEPT", "REJECT", "EXPIRE", "CANCEL"]);
  expect(delegationLifecycle.allowed("accepted", {})).toEqual(["CANCEL", "COMPLETE"]);
  expect(delegationLifecycle.allowed("completed", {})).toEqual([]);
});
