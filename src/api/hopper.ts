import type { EventName } from "../../machines/events/catalogue.ts";
import type { TaskStatus } from "../../machines/records/task.ts";
import type { DoctorFinding } from "../../store/store.ts";
import type { DeadLetterView, DecisionView, EventView, ListView } from "../views/views.ts";
import type { Delegations } from "./delegations.ts";
import type { Instances } from "./instances.ts";
import type { Internals } from "./internals.ts";
import type { PageParams } from "./options.ts";
import type { CreateTaskParams, Tasks } from "./tasks.ts";

export interface ListEventsParams {
  /** A cursor, `0`, or a duration like `5m`. Exclusive. */
  since?: string | undefined;
  limit?: number | undefined;
  type?: string | string[] | undefined;
  instanceId?: string | undefined;
  taskId?: string | undefined;
}

export interface Stats {
  instances: { scope: string; status: string; count: number; names: string[] }[];
  tasks: {
    total: number;
    open: number;
    inProgress: number;
    byStatus: Record<TaskStatus, number>;
    held: number;
  };
  deadLetters: number;
}

export interface HopperEvents {
  (params?: ListEventsParams & { follow?: boolean | undefined }): AsyncIterable<EventView>;
}

export interface Hopper extends AsyncDisposable {
  readonly instances: Instances;
  readonly tasks: Tasks;
  readonly delegations: Delegations;
  readonly route: { preview(params: CreateTaskParams): Promise<DecisionView> };
  readonly deadLetters: { list(params?: PageParams): Promise<ListView<DeadLetterView>> };
  /** Committed events in order; ends after the newest unless `follow`. */
  readonly events: HopperEvents;
  /** Once per event, after commit, in journal order; an exception in a listener harms nothing. Returns the way to stop. */
  on(event: EventName | "*", listener: (event: EventView) => void): () => void;
  stats(): Promise<Stats>;
  doctor(): Promise<DoctorFinding[]>;
  /** Resolves when nothing is due: every command answered, every message handled. */
  settle(): Promise<void>;
  /** Nothing new is taken, the running batch commits, the store is closed. May be called twice. */
  close(): Promise<void>;
  readonly internals: Internals;
}
