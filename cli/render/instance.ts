import { nameOf, type InstanceBody, type Names } from "./bodies.ts";
import { fieldLines, jsonText } from "./fields.ts";
import { toneOf, type Look } from "./look.ts";
import { tableLines, type Column } from "./table.ts";
import { age } from "./text.ts";
import { instanceLine, openTasks } from "./tree.ts";

const COUNTED = [
  "in_progress",
  "claimed",
  "queued",
  "waiting",
  "blocked",
  "pending",
  "done",
  "failed",
  "cancelled",
] as const;

/** The commands that send an event of the instance machine, in the order they are shown. */
const VERB_OF_EVENT: Readonly<Record<string, readonly string[]>> = {
  START: ["start"],
  RESUME: ["resume"],
  PAUSE: ["pause"],
  STOP: ["stop", "restart"],
  FAIL: ["fail"],
  TERMINATE: ["terminate"],
};

/** The instance's verbs behind the events its machine accepts now; events the runtime sends itself have none. */
export function instanceVerbs(allowed: readonly string[], status: string): string[] {
  return Object.entries(VERB_OF_EVENT).flatMap(([event, verbs]) => {
    if (!allowed.includes(event)) return [];
    return event === "START" && status === "error" ? ["recover", ...verbs] : verbs;
  });
}

/** `instance list`. */
export function instanceTable(instances: readonly InstanceBody[], names: Names, look: Look): string[] {
  const columns: Column<InstanceBody>[] = [
    { head: "NAME", cell: (row) => row.name, flex: true },
    { head: "SCOPE", cell: (row) => row.scope },
    { head: "STATUS", cell: (row) => row.status, tone: (row) => toneOf(row.status) },
    { head: "TASKS", cell: (row) => String(openTasks(row.counts)) },
    { head: "PARENT", cell: (row) => nameOf(row.parent_id, names), optional: true },
    { head: "AGE", cell: (row) => age(row.created_at, look.now), optional: true },
    { head: "ID", cell: (row) => row.id, wide: true },
    { head: "TYPE", cell: (row) => row.instance_type, wide: true },
    { head: "CAPABILITIES", cell: (row) => (row.config.capabilities ?? []).join(","), wide: true },
  ];
  return tableLines(columns, instances, look);
}

/** `instance show`. */
export function instanceDetails(instance: InstanceBody, names: Names, look: Look): string[] {
  const tasks = COUNTED.filter((status) => instance.counts[status] > 0);
  return [
    instanceLine(instance, look),
    ...fieldLines(
      [
        ["id", instance.id],
        ["description", instance.description],
        ["type", instance.instance_type],
        ["parent", instance.parent_id && nameOf(instance.parent_id, names)],
        ["tasks", tasks.map((status) => `${instance.counts[status]} ${status}`).join(", ")],
        ["config", jsonText(instance.config)],
        ["metadata", jsonText(instance.runtime_metadata)],
        ["created", byText(instance.created_at, instance.created_by)],
        ["started", instance.started_at],
        ["stopped", instance.stopped_at],
        ["version", String(instance.version)],
        ["allowed", instanceVerbs(instance.allowed_events, instance.status).join(", ")],
      ],
      look,
    ),
  ];
}

/** `2026-01-01T00:00:00.000Z by cli:ada`. */
export function byText(at: string, by: string | null): string {
  return by === null ? at : `${at} by ${by}`;
}
