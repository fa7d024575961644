import { setup } from "xstate";

import { hostLifecycle, typesOf } from "../host.ts";
import { DELEGATION_STATUSES, type DelegationStatus } from "../records/delegation.ts";

/** A delegation's lifecycle asks nothing but its status. */
export type DelegationContext = Record<string, never>;

/** What can happen to a delegation. EXPIRE is a rejection that nobody spoke. */
export type DelegationEvent =
  | { readonly type: "ACCEPT" }
  | { readonly type: "REJECT" }
  | { readonly type: "EXPIRE" }
  | { readonly type: "CANCEL" }
  | { readonly type: "COMPLETE" };

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

/** The delegation's lifecycle. Source: 2-domain.md 2.4. */
export const delegationLifecycle = hostLifecycle<DelegationStatus, DelegationContext, DelegationEvent>({
  name: "delegation",
  machine: delegationMachine,
  states: DELEGATION_STATUSES,
  events: {
    ACCEPT: { type: "ACCEPT" },
    REJECT: { type: "REJECT" },
    EXPIRE: { type: "EXPIRE" },
    CANCEL: { type: "CANCEL" },
    COMPLETE: { type: "COMPLETE" },
  },
  context: {},
});
