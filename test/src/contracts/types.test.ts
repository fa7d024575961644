import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, expectTypeOf, test } from "vitest";
import type * as z from "zod";
import type { TaskEdit, TaskSpec } from "../../../machines/messages/command.ts";
import { check } from "../../../src/contracts/check.ts";
import { acceptDelegation } from "../../../src/contracts/delegations.ts";
import type { CheckedTask } from "../../../src/contracts/task-input.ts";
import { completeTask, withReason, type ReasonParams } from "../../../src/contracts/tasks.ts";
import { CONTRACTS } from "../../../src/contracts/verbs.ts";
import type {
  Handler,
  WorkParams,
  BatchTaskParams,
  ClaimParams,
  CommandOptions,
  CompleteOneParams,
  CompleteTaskParams,
  CreateInstanceParams,
  CreateTaskParams,
  DelegateTaskParams,
  FailOneParams,
  Hopper,
  InstanceConfig,
  InstanceStatus,
  ListDelegationsParams,
  ListEventsParams,
  ListInstancesParams,
  ListTasksParams,
  Priority,
  Scope,
  SetTaskStatusParams,
  Stats,
  TaskStatus,
  TaskView,
  UpdateTaskParams,
} from "../../../src/index.ts";

// The compiler is the judge of this file; the tests only give each sentence a name.

type Group = "instances" | "tasks" | "delegations" | "route" | "deadLetters";
type VerbName = {
  [Noun in Group]: { [Verb in keyof Hopper[Noun] & string]: `${Noun}.${Verb}` }[keyof Hopper[Noun] & string];
}[Group];
type VerbOf<Name> = Name extends `${infer Noun extends Group}.${infer Verb}`
  ? Verb extends keyof Hopper[Noun]
    ? Hopper[Noun][Verb]
    : never
  : Name extends "events"
    ? Hopper["events"]
    : never;
type Last<List extends unknown[]> = Required<List> extends [...unknown[], infer Item] ? Item : never;
type ParamsOf<Name> = VerbOf<Name> extends (...given: infer Given) => unknown ? Last<Given> : never;
/** A signal is no input: it stands beside the contract. */
type Asked<Params> = "signal" extends keyof Params ? Omit<Params, "signal"> : Params;
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

describe("the types of parameters", () => {
  test("are those of the contract, verb by verb", () => {
    type Contracts = typeof CONTRACTS;
    type Other = {
      [Name in keyof Contracts]: Same<Asked<ParamsOf<Name>>, z.input<Contracts[Name]>> extends true
        ? never
        : Name;
    }[keyof Contracts];
    // Its tasks and its options are two parameters, and one contract.
    expectTypeOf<Other>().toEqualTypeOf<"tasks.addBatch" | "tasks.completeMany" | "tasks.failMany">();
    expectTypeOf<z.input<Contracts["tasks.addBatch"]>["items"]>().toEqualTypeOf<BatchTaskParams[]>();
    expectTypeOf<z.input<Contracts["tasks.completeMany"]>["items"]>().toEqualTypeOf<CompleteOneParams[]>();
    expectTypeOf<z.input<Contracts["tasks.failMany"]>["items"]>().toEqualTypeOf<FailOneParams[]>();
  });

  test("have a contract wherever a verb takes more than the name of its record", () => {
    expectTypeOf<Exclude<VerbName, keyof typeof CONTRACTS>>().toEqualTypeOf<
      | "instances.get"
      | "instances.children"
      | "instances.ancestors"
      | "tasks.get"
      | "tasks.delegations"
      | "tasks.events"
      | "tasks.decisions"
      | "tasks.attempts"
      | "tasks.explain"
      | "delegations.get"
    >();
  });

  test("cannot be checked by another contract, also not by one that they fit", () => {
    const complete: CompleteTaskParams = {};
    const why: ReasonParams = {};
    expect(check(completeTask, complete)).toMatchObject({ force: false });
    // @ts-expect-error -- every field of a reason is one of neither
    expect(check(acceptDelegation, why)).toEqual({ note: null });
    // @ts-expect-error -- all that withReason takes is optional
    expect(check(withReason, complete)).toEqual({ reason: null });
  });
});

describe("words", () => {
  test("are those of their list, in its case or all in one", () => {
    expectTypeOf<CreateTaskParams["priority"]>().toEqualTypeOf<Priority | Uppercase<Priority> | undefined>();
    expectTypeOf<CreateInstanceParams["scope"]>().toEqualTypeOf<Scope | Lowercase<Scope>>();
    expectTypeOf<TaskStatus | "open" | "completed" | "OPEN">().toExtend<ListTasksParams["status"]>();
  });

  test("that are in no list do not compile", () => {
    // @ts-expect-error -- a priority
    const priority: CreateTaskParams = { title: "x", priority: "hihg" };
    // @ts-expect-error -- a scope
    const scope: CreateInstanceParams = { name: "x", scope: "TEAM" };
    // @ts-expect-error -- a type of instance
    const instanceType: CreateInstanceParams = { name: "x", scope: "GLOBAL", instanceType: "for ever" };
    // @ts-expect-error -- a status to filter by
    const status: ListTasksParams = { status: "dnoe" };
    // @ts-expect-error -- one of several
    const statuses: ListTasksParams = { status: ["done", "dnoe"] };
    // @ts-expect-error -- a status to set: nobody sets queued
    const set: SetTaskStatusParams = { status: "queued" };
    // @ts-expect-error -- an order
    const sort: ListTasksParams = { sort: "age" };
    // @ts-expect-error -- a type of delegation: nobody can ask for decompose
    const delegationType: DelegateTaskParams = { delegationType: "decompose" };
    // @ts-expect-error -- a direction
    const direction: ListDelegationsParams = { direction: "up" };
    // @ts-expect-error -- the status of an instance
    const instances: ListInstancesParams = { status: "queued" };
    // @ts-expect-error -- the name of an event
    const type: ListEventsParams = { type: "task.finished" };
    const given = [priority, scope, instanceType, status, statuses, set, sort, delegationType, direction];
    expect([...given, instances, type]).toHaveLength(11);
  });

  test("stand in views, too", () => {
    expectTypeOf<Stats["instances"][number]>().toMatchObjectType<{ scope: Scope; status: InstanceStatus }>();
    expectTypeOf<keyof Stats["tasks"]["byStatus"]>().toEqualTypeOf<TaskStatus>();
    expectTypeOf<"PAUSE">().toExtend<
      Awaited<ReturnType<Hopper["instances"]["get"]>>["allowedEvents"][number]
    >();
  });
});

describe("what a worker is given and gives", () => {
  test("is the program's own: a field that the payload has not, or another result, does not compile", () => {
    const right: Handler<{ to: string }, number> = ({ payload }) => payload.to.length;
    // @ts-expect-error -- a field of the payload
    const field: Handler<{ to: string }, number> = ({ payload }) => payload.too;
    // @ts-expect-error -- a result
    const result: Handler<{ to: string }, number> = ({ payload }) => payload.to;
    // @ts-expect-error -- a field of the task
    const task: Handler<unknown, string> = ({ titel }) => titel;
    // @ts-expect-error -- an option
    const params: WorkParams = { concurency: 2 };
    expect([right, field, result, task, params]).toHaveLength(5);
  });
});

describe("an instance's config", () => {
  test("is typed: a misspelt key does not compile, a key of one's own goes in by a variable", () => {
    // @ts-expect-error -- max_concurrent_tasks
    const misspelt: InstanceConfig = { max_concurent_tasks: 3 };
    const own = { fallback: "hold", team: "blue" } as const;
    const kept: InstanceConfig = own;
    expect([misspelt, kept]).toEqual([{ max_concurent_tasks: 3 }, own]);
  });
});

describe("a field of a task's input", () => {
  test("has its place in what the machines take and in the view", () => {
    expectTypeOf<Exclude<keyof CheckedTask, keyof TaskSpec | "instanceId">>().toBeNever();
    expectTypeOf<Exclude<keyof UpdateTaskParams, keyof TaskEdit | keyof CommandOptions>>().toBeNever();
    expectTypeOf<Exclude<keyof CheckedTask, keyof TaskView>>().toBeNever();
  });

  test("is optional where the contract has a default", () => {
    expectTypeOf<{ title: string }>().toExtend<CreateTaskParams>();
    expectTypeOf<{ workerId: string }>().toExtend<ClaimParams>();
    expectTypeOf<object>().not.toExtend<CreateTaskParams>();
  });
});

const FOLDER = new URL("../../../src/contracts/", import.meta.url);

/** The fields of contracts in a source that no docstring stands above: of those of another file, dist/ keeps none. */
function withoutDocstring(source: string): string[] {
  const bare: string[] = [];
  for (const [, fields = ""] of source.matchAll(/^(?:export )?const \w*[fF]ields = \{\n(.*?)^\}/gms)) {
    const lines = fields.split("\n");
    for (const [index, line] of lines.entries()) {
      const name = /^ {2}(\w+)[:,]/.exec(line)?.[1];
      if (name !== undefined && lines[index - 1]?.endsWith("*/") !== true) bare.push(name);
      const others = /^ {2}\.\.\.(\w+)/.exec(line)?.[1];
      if (others !== undefined && !source.includes(`const ${others} = {`)) bare.push(`...${others}`);
    }
  }
  return bare;
}

test("every field of a contract has a docstring, which editors show where it is used", () => {
  const files = readdirSync(FOLDER);
  const bare = files.flatMap((file) => withoutDocstring(readFileSync(new URL(file, FOLDER), "utf8")));
  expect(bare).toEqual([]);
  const planted = "const aFields = {\n  /** A. */\n  a: 1,\n  b,\n  ...cFields,\n};\n";
  expect(withoutDocstring(planted)).toEqual(["b", "...cFields"]);
});
