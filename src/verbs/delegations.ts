import { HopperError } from "../../machines/errors.ts";
import type { Command, OfHop } from "../../machines/messages/command.ts";
import type { Delegation } from "../../machines/records/delegation.ts";
import type { Task } from "../../machines/records/task.ts";
import { check } from "../contracts/check.ts";
import * as contract from "../contracts/delegations.ts";
import { withReason, type ReasonParams } from "../contracts/tasks.ts";
import type { Door } from "../door/door.ts";
import type { Request } from "../door/repeats.ts";
import { pageOf } from "./pages.ts";
import { delegationRef } from "../door/references.ts";
import type { DelegationView, ListView } from "../views/views.ts";

/** The verbs on delegations: each is decided by the target, and throws `not_found`. Source: spec/api.md 4.3. */
export interface Delegations {
  /** The delegation of an id or ref. */
  get(id: string): Promise<DelegationView>;
  /** A page of the delegations that fit, 50 unless `limit` says otherwise. Errors: `bad_filter`, `bad_cursor`. */
  list(params?: contract.ListDelegationsParams): Promise<ListView<DelegationView>>;
  /** Takes a pending offer. Errors: `already_decided`, `at_capacity`, `instance_not_running`. */
  accept(id: string, params?: contract.AcceptDelegationParams): Promise<DelegationView>;
  /** Refuses a pending offer. Errors: `already_decided`, `validation_failed`. */
  reject(id: string, params: contract.RejectDelegationParams): Promise<DelegationView>;
  /** Completes the task where this delegation brought it. Errors: `already_decided`, `open_hop_below`, `illegal_transition`. */
  complete(id: string, params?: contract.CompleteDelegationParams): Promise<DelegationView>;
  /** Withdraws a pending offer: the task is back where it was. Errors: `already_decided`. */
  cancel(id: string, params?: ReasonParams): Promise<DelegationView>;
}

export function delegations(door: Door): Delegations {
  return {
    get: async (id) => await door.delegationView(await door.delegation(id)),
    async list(params = {}) {
      const checked = check(contract.listDelegations, params);
      const instance = door.instanceNo(checked.instanceId, "instanceId");
      const page = await door.store.queries.delegations(contract.toDelegationFilter(checked, { instance }));
      return await pageOf(page, (rows) => door.delegationViews(rows));
    },
    async accept(id, params = {}) {
      const asked = check(contract.acceptDelegation, params);
      return await decide(door, { verb: "delegations.accept", id, asked }, (about) => {
        return { type: "delegation.accept", ...about, note: asked.note };
      });
    },
    async reject(id, params) {
      const asked = check(contract.rejectDelegation, params);
      return await decide(door, { verb: "delegations.reject", id, asked }, (about) => {
        return { type: "delegation.reject", ...about, reason: asked.reason };
      });
    },
    async cancel(id, params = {}) {
      const asked = check(withReason, params);
      return await decide(door, { verb: "delegations.cancel", id, asked }, (about) => {
        return { type: "delegation.withdraw", ...about, reason: asked.reason };
      });
    },
    async complete(id, params = {}) {
      const asked = check(contract.completeDelegation, params);
      const { result } = asked;
      await door.ask("task", { verb: "delegations.complete", id, asked }, async () => {
        const hop = await door.delegation(id);
        const task = (await door.store.queries.task(hop.task)) as Task;
        refuseCompletion(door, hop, task);
        const operator = { leaseToken: null, force: false };
        return {
          to: task.keeper,
          command: { type: "task.complete", task: task.no, result, delegation: hop.no, ...operator },
        };
      });
      return await door.delegationView(await door.delegation(id));
    },
  };
}

/** A command about a pending offer: its target decides. */
async function decide(
  door: Door,
  request: Request & { readonly id: string },
  command: (about: OfHop) => Command,
): Promise<DelegationView> {
  return await door.askDelegation(request, async () => {
    const { no, task, target } = await door.delegation(request.id);
    return { to: target, command: command({ task, delegation: no }) };
  });
}

/** Completing a delegation is completing its task, by the delegation that brought it to its holder (spec/domain.md 2.7). */
function refuseCompletion(door: Door, delegation: Delegation, task: Task): void {
  const ref = delegationRef(delegation.no);
  if (delegation.status === "accepted" && task.holder === delegation.target) return;
  if (delegation.status === "accepted") {
    const holder = door.directory.nameOf(task.holder ?? delegation.target);
    const detail = `${ref} has been passed on; complete the task where it is held (${holder}).`;
    throw new HopperError("open_hop_below", detail, { status: delegation.status, holder });
  }
  const facts = {
    status: delegation.status,
    allowed: delegation.status === "pending" ? ["ACCEPT", "REJECT", "CANCEL"] : [],
  };
  if (delegation.status === "pending") {
    const detail = `${ref} is pending; it has to be accepted before it can be completed.`;
    throw new HopperError("illegal_transition", detail, facts);
  }
  throw new HopperError("already_decided", `${ref} is ${delegation.status} already.`, facts);
}
