import type { Claim } from "../../src/views/views.ts";
import type { Hopper } from "../../src/hopper.ts";
import type { InstanceView } from "../../src/views/views.ts";
import { head, mayHaveChildren, options, type Call, type Plan } from "./call.ts";
import type { ModelInstance } from "./model.ts";
import { predictClaims, predictLife } from "./predict.ts";

const LEASE_SECONDS = 30;
const MOST_INSTANCES = 16;

/** A new instance below another. */
export function createCall(params: Plan, parent: ModelInstance): Call | null {
  const { model, verb, no } = params;
  if (model.instances.size >= MOST_INSTANCES) return null;
  const status = verb.flag ? "running" : "created";
  return {
    ...head(params, `below ${parent.name}`),
    kind: "instance",
    expected: [mayHaveChildren(parent) ? "ok" : "invalid_parent"],
    ask: (hopper) =>
      hopper.instances.create({
        ...options(params),
        name: `new-${no}`,
        scope: parent.scope === "GLOBAL" ? "PROJECT" : "ORCHESTRATION",
        parentId: parent.id,
        start: verb.flag,
        config: { max_concurrent_tasks: 1, max_queued_tasks: 1, drain_timeout_seconds: 5 },
      }),
    confirm: (answer, alone) =>
      !alone || (answer as InstanceView).status === status ? null : `M1: it is not ${status}`,
  };
}

/** A worker asks for one task, or for some. */
export function claimCall(params: Plan, instance: ModelInstance): Call {
  const { model, verb, now } = params;
  const most = verb.flag ? 3 : 1;
  const { codes, tasks } = predictClaims(model, instance, { most, now });
  return {
    ...head(params, `${most} at ${instance.name}`),
    kind: "claims",
    expected: codes,
    ask: (hopper) =>
      hopper.instances.claim(instance.id, {
        ...options(params),
        workerId: `worker-${params.no}`,
        max: most,
        leaseSeconds: LEASE_SECONDS,
      }),
    confirm(answer, alone) {
      const got = (answer as readonly Claim[]).map(({ task }) => task.id);
      if (!alone || got.join() === tasks.join()) return null;
      return `K3: claimed ${got.join() || "nothing"}, expected ${tasks.join() || "nothing"}`;
    },
  };
}

type Ask = (hopper: Hopper) => Promise<InstanceView>;

/** A verb of an instance's lifecycle. */
export function lifeCall(params: Plan, instance: ModelInstance): Call {
  const { model, verb } = params;
  const asked = options(params);
  const { id } = instance;
  // A whole tree is ended seldom: there would be nothing left to look at.
  const cascade = verb.flag && (instance.scope !== "GLOBAL" || verb.other % 8 === 0);
  const asks: { readonly [verb: string]: Ask } = {
    pause: (hopper) => hopper.instances.pause(id, asked),
    resume: (hopper) => hopper.instances.resume(id, asked),
    stop: (hopper) => hopper.instances.stop(id, { ...asked, wait: verb.flag }),
    start: (hopper) => hopper.instances.start(id, asked),
    restart: (hopper) => hopper.instances.restart(id, asked),
    break: (hopper) => hopper.instances.fail(id, { ...asked, error: "broken by hand" }),
    terminate: (hopper) => hopper.instances.terminate(id, { ...asked, cascade }),
  };
  return {
    ...head(params, instance.name),
    kind: "instance",
    expected: predictLife(model, verb.verb, instance, cascade),
    ask: asks[verb.verb] as Ask,
  };
}
