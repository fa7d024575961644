import type { CreateInstanceParams } from "../../../src/contracts/instances.ts";
import type { InstanceView } from "../../../src/views/views.ts";
import type { Walker } from "../walk.ts";

/** A PROJECT that works on everything itself. */
export const SOLO: Omit<CreateInstanceParams, "name"> = {
  scope: "PROJECT",
  config: { auto_create_orchestrations: false },
};

/** `global` with the PROJECT `child` below it, which works on everything itself. */
export async function pair(walker: Walker, config: InstanceView["config"] = {}): Promise<void> {
  await walker.instance("global", { scope: "GLOBAL" });
  await walker.instance("child", {
    scope: "PROJECT",
    parentId: "global",
    config: { auto_create_orchestrations: false, ...config },
  });
}
