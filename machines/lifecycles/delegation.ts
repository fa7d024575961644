import { setup } from "xstate";

import { hostLifecycle, plain, typesOf } from "../host.ts";
import { DELEGATION_STATUSES, type DelegationStatus } from "../records/delegation.ts";

/** A delegation's lifecycle asks nothing but its status. */
export type DelegationContext = Record<string, never>;

/** What can happen to a delegation. EXPIRE is a rejection that nobody spoke. */
const EVENTS = plain("ACCEPT", "REJECT", "EXPIRE", "CANCEL", "COMPLETE");
export type DelegationEvent = (typeof EVENTS)[keyof typeof EVENTS];

const delegationMachine = setup({
  types: typesOf<{ context: DelegationContext; events: DelegationEvent; input: DelegationContext }>(),
}).createMachine({
  id: "delegation",
  context: ({ input }) => ({ ...input }),
  initial: "pending",
  states: {
    pending: {
      on: {
        ACCEPT: { target: "accepted" },
        REJECT: { target: "rejected" },
        EXPIRE: { target: "rejected" },
        CANCEL: { target: "cancelled" },
      },
    },
    accepted: {
      on: {
        COMPLETE: { target: "completed" },
        CANCEL: { target: "cancelled" },
      },
    },
    rejected: { type: "final" },
    completed: { type: "final" },
    cancelled: { type: "final" },
  },
});

/** The delegation's lifecycle. Source: spec/domain.md 2.4. */
export const delegationLifecycle = hostLifecycle<DelegationStatus, DelegationContext, DelegationEvent>({
  name: "delegation",
  machine: delegationMachine,
  states: DELEGATION_STATUSES,
  events: EVENTS,
  context: {},
});
