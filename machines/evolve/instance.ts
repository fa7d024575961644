import type { EventName } from "../events.ts";
import type { Instance } from "../records/instance.ts";
import { type Happening, NOTHING } from "./happening.ts";

const INSTANCE_STATUS: Partial<Record<EventName, Instance["status"]>> = {
  "instance.starting": "starting",
  "instance.running": "running",
  "instance.paused": "paused",
  "instance.stopping": "stopping",
  "instance.stopped": "stopped",
  "instance.error": "error",
  "instance.terminated": "terminated",
};

/** What an instance event does to its instance. `instance.created` is not given here. */
export function evolveInstance(instance: Instance, happening: Happening): void {
  const status = INSTANCE_STATUS[happening.name];
  const data = happening.data ?? NOTHING;
  if (status !== undefined) {
    if (status === "running" && instance.status === "starting") {
      instance.startedAt = happening.at;
      instance.stoppedAt = null;
    }
    if (status === "stopped" || status === "terminated") instance.stoppedAt = happening.at;
    instance.status = status;
    instance.intent = (data["intent"] as Instance["intent"] | undefined) ?? null;
  } else if (data["runtimeMetadata"] !== undefined) {
    instance.runtimeMetadata = data["runtimeMetadata"] as Instance["runtimeMetadata"];
  } else {
    return;
  }
  instance.version += 1;
  instance.updatedAt = happening.at;
}
