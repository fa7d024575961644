import type { Json } from "../../machines/records/values.ts";
import type { DelegationView, ListView } from "../views/views.ts";
import type { CommandOptions, PageParams } from "./options.ts";

export interface ListDelegationsParams extends PageParams {
  status?: string | string[] | undefined;
  instanceId?: string | undefined;
  direction?: "incoming" | "outgoing" | "all" | undefined;
}

export interface Delegations {
  get(id: string): Promise<DelegationView>;
  list(params?: ListDelegationsParams): Promise<ListView<DelegationView>>;
  accept(id: string, params?: CommandOptions & { note?: string | undefined }): Promise<DelegationView>;
  reject(id: string, params: CommandOptions & { reason: string }): Promise<DelegationView>;
  complete(id: string, params?: CommandOptions & { result?: Json | undefined }): Promise<DelegationView>;
  /** Withdraw a pending offer. */
  cancel(id: string, params?: CommandOptions & { reason?: string | undefined }): Promise<DelegationView>;
}
