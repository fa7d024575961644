import type { InstanceEventName } from "../../machines/events/catalogue.ts";
import type { NarrationOf, Narrator } from "./narrator.ts";

/** Instances that come and go during a run are told of; those of the plan that run stand in the tree. */
function came<N extends InstanceEventName>(status: string, even: { ofPlan: boolean }): Narrator<N> {
  return {
    sentence: "silent",
    steps({ event: { instanceId }, run }) {
      const instance = instanceId === null ? undefined : run.instance(instanceId);
      if (instance === undefined || (instance.ofPlan && !even.ofPlan)) return [];
      return [{ kind: "instance", name: instance.name, scope: instance.scope, status }];
    },
  };
}

/** Events of an instance's own life: none of them is in a task's history. */
export const instanceNarration: NarrationOf<InstanceEventName> = {
  "instance.created": "silent",
  "instance.starting": "silent",
  "instance.running": came("running", { ofPlan: false }),
  "instance.paused": "silent",
  "instance.stopping": "silent",
  "instance.stopped": "silent",
  "instance.error": came("error", { ofPlan: true }),
  "instance.terminated": came("terminated", { ofPlan: true }),
  "instance.updated": "silent",
  "instance.summary": "silent",
};
