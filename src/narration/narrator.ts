import type { EventName, InstanceEventName } from "../../machines/events/catalogue.ts";
import type { EventView, TaskView } from "../views/views.ts";
import type { ShellResult } from "../workers/shell.ts";
import type { Past } from "./past.ts";
import type { Step } from "./step.ts";

/** An event, and the names that its sentence needs. */
export interface Named<N extends EventName = EventName> {
  readonly event: EventView<N>;
  /** Name of the instance whose turn it was. */
  readonly here: string;
  /** Name of an instance by its id; null = the desk. */
  readonly nameOf: (id: string | null) => string;
}

/** An event of a task whose history is followed. */
export interface Telling<N extends EventName = EventName> extends Named<N> {
  /** What its task's events before it say. */
  readonly past: Past;
}

/** What a run of a plan knows beyond the events. */
export interface RunFacts {
  /** By id or ref; undefined = the task is not of this run. */
  task(idOrRef: string): TaskView | undefined;
  /** undefined = it is not of the tree that the plan works in. `ofPlan`: it stood there when the run began. */
  instance(
    id: string,
  ): { readonly name: string; readonly scope: string; readonly ofPlan: boolean } | undefined;
  /** What the last attempt of a task gave, where one of our workers ran it. */
  result(taskId: string): ShellResult | undefined;
}

/** An event of a run. */
export interface RunTelling<N extends EventName = EventName> extends Telling<N> {
  readonly run: RunFacts;
  readonly task: N extends InstanceEventName ? null : TaskView;
}

/** What one kind of event says in each form; `silent` = nothing, on purpose. */
export interface Narrator<N extends EventName = EventName> {
  /** Its sentence in `task explain` and `events`; null = what it would say has been said. */
  readonly sentence: "silent" | ((named: Named<N>) => string | null);
  /** What is told of it while a plan runs. */
  readonly steps: "silent" | ((telling: RunTelling<N>) => Step[]);
}

/** A narrator of one form alone. */
export function sentence<N extends EventName>(words: (named: Named<N>) => string): Narrator<N> {
  return { sentence: words, steps: "silent" };
}

/** A narrator for each of these names: a name that is left out does not compile. */
export type NarrationOf<Names extends EventName> = { readonly [N in Names]: Narrator<N> | "silent" };
