import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createActor, initialTransition, transition } from "xstate";
import type { ActorScope, AnyMachineSnapshot, AnyStateMachine } from "xstate";
import type { Lifecycle, LifecycleEvent } from "../../machines/host.ts";
import { delegationLifecycle } from "../../machines/lifecycles/delegation.ts";
import { instanceLifecycle } from "../../machines/lifecycles/instance.ts";
import { taskLifecycle } from "../../machines/lifecycles/task.ts";

/** So often is each property tried in the gate. */
const RUNS = Number(process.env["HOPPER_TEST_RUNS"] ?? 200);

/** `machine.transition` with one scope for all calls, in which nothing can be sent, spawned or deferred. */
function inertScope(
  machine: AnyStateMachine,
  input: unknown,
): ActorScope<AnyMachineSnapshot, LifecycleEvent> {
  const self = createActor(machine, { input });
  return {
    self,
    system: self.system,
    id: "",
    sessionId: "",
    logger: forbidden,
    defer: forbidden,
    emit: forbidden,
    stopChild: forbidden,
    actionExecutor: forbidden,
  };
}

function forbidden(): never {
  throw new Error("a lifecycle machine has no effects");
}

interface Subject<S extends string, C extends object, E extends LifecycleEvent> {
  readonly lifecycle: Lifecycle<S, C, E>;
  readonly context: fc.Arbitrary<C>;
  /** Forms of an event beyond its type. */
  readonly payload: fc.Arbitrary<Partial<E>>;
}

function describeAgreement<S extends string, C extends object, E extends LifecycleEvent>(
  subject: Subject<S, C, E>,
): void {
  const { lifecycle, context, payload } = subject;
  const { machine } = lifecycle;
  const event = fc
    .tuple(fc.constantFrom(...lifecycle.events), payload)
    .map(([type, more]) => ({ ...more, type }) as unknown as E);
  const throughJson = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

  /** What XState itself holds for a stored state. */
  const resolve = (value: S, one: C): AnyMachineSnapshot => machine.resolveState({ value, context: one });

  /** The table's answer in XState's terms: a refused event leaves the state as it is. */
  const answer = (value: S, one: E, within: C): { can: boolean; value: S } => {
    const next = lifecycle.step(value, one, within);
    return { can: next !== null, value: next ?? value };
  };

  describe(`the compiled "${lifecycle.name}"`, () => {
    test("steps as XState's pure transitions do, whatever the context has become, through JSON", () => {
      const told = fc.array(fc.tuple(event, context), { minLength: 1, maxLength: 30 });
      fc.assert(
        fc.property(told, (steps) => {
          const scope = inertScope(machine, steps[0]?.[1]);
          let value = lifecycle.initial;
          for (const [one, within] of steps) {
            const before = resolve(value, throughJson(within));
            const expected = answer(value, one, within);
            const [after, effects] = transition(machine, before, one);
            expect({ can: before.can(one), value: after.value }).toEqual(expected);
            expect(machine.transition(before, one, scope).value).toEqual(expected.value);
            expect(after.context).toEqual(within);
            expect(effects).toEqual([]);
            ({ value } = expected);
          }
        }),
        { numRuns: RUNS },
      );
    });

    test("steps as a live actor does, and as one that is restored at every step", () => {
      fc.assert(
        fc.property(context, fc.array(event, { minLength: 1, maxLength: 40 }), (within, events) => {
          const live = createActor(machine, { input: within }).start();
          let persisted = throughJson(live.getPersistedSnapshot());
          let value = lifecycle.initial;
          for (const one of events) {
            if (live.getSnapshot().status !== "active") break;
            const restored = createActor(machine, { snapshot: persisted, input: within }).start();
            const expected = answer(value, one, within);
            expect(restored.getSnapshot().can(one)).toBe(expected.can);
            for (const actor of [live, restored]) actor.send(one);
            expect(live.getSnapshot().value).toBe(expected.value);
            expect(restored.getSnapshot().value).toBe(expected.value);
            persisted = throughJson(restored.getPersistedSnapshot());
            ({ value } = expected);
          }
        }),
        { numRuns: RUNS },
      );
    });

    test("starts, and is over, where XState says so", () => {
      fc.assert(
        fc.property(context, (within) => {
          const [first, effects] = initialTransition(machine, within);
          expect({ value: first.value, context: first.context, status: first.status }).toEqual({
            value: lifecycle.initial,
            context: within,
            status: "active",
          });
          expect(effects).toEqual([]);
          const ended = lifecycle.states.filter((state) => resolve(state, within).status === "done");
          for (const state of ended) {
            expect([lifecycle.isFinal(state), lifecycle.allowed(state, within)]).toEqual([true, []]);
          }
        }),
        { numRuns: RUNS },
      );
    });

    test("allows exactly what XState's snapshot can", () => {
      fc.assert(
        fc.property(fc.constantFrom(...lifecycle.states), context, event, (state, within, one) => {
          const allowed = resolve(state, within).can(one);
          expect(lifecycle.step(state, one, within) !== null).toBe(allowed);
        }),
        { numRuns: RUNS },
      );
    });
  });
}

const few = fc.nat({ max: 4 });

describeAgreement({
  lifecycle: instanceLifecycle,
  context: fc.record({ liveChildren: few, terminating: fc.boolean() }, { noNullPrototype: true }),
  payload: fc.constant({}),
});

describeAgreement({
  lifecycle: delegationLifecycle,
  context: fc.constant({}),
  payload: fc.constant({}),
});

describeAgreement({
  lifecycle: taskLifecycle,
  context: fc.record(
    {
      failures: few,
      maxAttempts: few,
      leaseLosses: few,
      maxLeaseLosses: few,
      openDependencies: few,
      offered: fc.boolean(),
    },
    { noNullPrototype: true },
  ),
  payload: fc.record({ retryable: fc.boolean(), force: fc.boolean() }, { noNullPrototype: true }),
});
