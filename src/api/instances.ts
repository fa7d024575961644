import type { ErrorInfo } from "../../machines/records/values.ts";
import type { InstanceConfig } from "../../machines/records/instance.ts";
import type { InstanceTreeView, InstanceView, LeaseView, ListView, TaskView } from "../views/views.ts";
import type { CommandOptions, PageParams } from "./options.ts";

export interface CreateInstanceParams extends CommandOptions {
  name: string;
  scope: string;
  parentId?: string | null | undefined;
  id?: string | undefined;
  instanceType?: string | undefined;
  config?: InstanceConfig | undefined;
  description?: string | null | undefined;
  /** Resolves in running. */
  start?: boolean | undefined;
}

export interface ListInstancesParams extends PageParams {
  scope?: string | string[] | undefined;
  status?: string | string[] | undefined;
  parentId?: string | undefined;
  instanceType?: string | string[] | undefined;
  q?: string | undefined;
  all?: boolean | undefined;
}

export interface ClaimParams extends CommandOptions {
  workerId: string;
  /** Default 300. */
  leaseSeconds?: number | undefined;
  /** 1…100, default 1. */
  max?: number | undefined;
  /** Wait at most this long (≤ 50) for a task. */
  waitSeconds?: number | undefined;
  /** Only tasks whose tags are all among them. */
  capabilities?: string[] | undefined;
}

export interface Claim {
  task: TaskView;
  lease: LeaseView;
}

export interface Instances {
  create(params: CreateInstanceParams): Promise<InstanceView>;
  get(id: string): Promise<InstanceView>;
  list(params?: ListInstancesParams): Promise<ListView<InstanceView>>;
  start(id: string, params?: CommandOptions): Promise<InstanceView>;
  /** Resolves when drained, or at once in `stopping` with `wait: false`. */
  stop(
    id: string,
    params?: CommandOptions & { drainTimeoutMs?: number | undefined; wait?: boolean | undefined },
  ): Promise<InstanceView>;
  restart(id: string, params?: CommandOptions): Promise<InstanceView>;
  pause(id: string, params?: CommandOptions): Promise<InstanceView>;
  resume(id: string, params?: CommandOptions): Promise<InstanceView>;
  recover(id: string, params?: CommandOptions): Promise<InstanceView>;
  fail(id: string, params: CommandOptions & { error: string | ErrorInfo }): Promise<InstanceView>;
  /** Soft; resolves when all below have reported. */
  terminate(id: string, params?: CommandOptions & { cascade?: boolean | undefined }): Promise<InstanceView>;
  children(id: string): Promise<ListView<InstanceView>>;
  /** From the parent up to the root. */
  ancestors(id: string): Promise<ListView<InstanceView>>;
  /** The tree below an instance, or the whole forest. Terminated ones only with `all`. */
  hierarchy(id?: string, params?: { all?: boolean | undefined }): Promise<InstanceTreeView[]>;
  queue(id: string): Promise<{
    items: TaskView[];
    queued: number;
    claimed: number;
    maxConcurrentTasks: number;
    maxQueuedTasks: number;
    oldestWaitMs: number | null;
  }>;
  claim(id: string, params: ClaimParams): Promise<Claim[]>;
}
