import { parseAst } from "vitest/node";
import { EVENT_NAMES } from "../../machines/events/catalogue.ts";
import { DELEGATION_STATUSES } from "../../machines/records/delegation.ts";
import { INSTANCE_STATUSES } from "../../machines/records/instance.ts";
import { TASK_STATUSES } from "../../machines/records/task.ts";
import { protocol } from "../../actors/handlers/protocol.ts";
import type { Problem } from "./architecture.ts";
import type { Sources } from "./project-files.ts";

/** What stands in one place only: statuses in the machines, messages and events in their catalogues. */

interface Node {
  readonly type: string;
  readonly start: number;
  readonly [key: string]: unknown;
}

/** The one file that writes what a machine has answered. */
const WRITES_STATUSES = "machines/events/evolve.ts";
const STATUSES = new Set<unknown>([...TASK_STATUSES, ...DELEGATION_STATUSES, ...INSTANCE_STATUSES]);
const NAMES = new Set<unknown>([...EVENT_NAMES, ...Object.keys(protocol.messages)]);

/** Checks that no source but one assigns a status, and that no record begins with one that is written out. */
export function checkStatuses(sources: Sources): Problem[] {
  return check(sources, (path, node) => {
    if (path === WRITES_STATUSES) return null;
    if (node.type === "AssignmentExpression" && isStatus(node["left"] as Node)) {
      return "assigns a status: the machine answers it, and machines/events/evolve.ts writes it down";
    }
    const isRecord = /^(machines|actors)\//.test(path) && node.type === "Property";
    const { key, value } = node as unknown as { key: Node; value: Node };
    if (!isRecord || key["name"] !== "status" || value.type !== "Literal") return null;
    return STATUSES.has(value["value"]) ? "writes a status out: take it from the machine" : null;
  });
}

/** Checks that the engine knows no message and no event by its name. */
export function checkEngine(sources: Sources): Problem[] {
  return check(sources, (path, node) => {
    if (!path.startsWith("actors/engine/") || node.type !== "Literal" || !NAMES.has(node["value"]))
      return null;
    return `the engine names ${JSON.stringify(node["value"])}: it is given what it must know by its Protocol`;
  });
}

/** `record.status`, `record["status"]`; an error's own status (`this.status`) is another thing. */
function isStatus({ type, object, property, computed }: Node): boolean {
  if (type !== "MemberExpression" || (object as Node).type === "ThisExpression") return false;
  const { name, value } = property as { name?: unknown; value?: unknown };
  return computed === true ? value === "status" : name === "status";
}

function check(sources: Sources, faultOf: (path: string, node: Node) => string | null): Problem[] {
  return [...sources].flatMap(([path, text]) => {
    const problems: Problem[] = [];
    const visit = (node: Node): void => {
      const message = faultOf(path, node);
      if (message !== null)
        problems.push({ file: path, line: text.slice(0, node.start).split("\n").length, message });
      for (const child of Object.values(node).flat()) if (isNode(child)) visit(child);
    };
    // oxlint-disable-next-line typescript/no-deprecated -- its successor is not re-exported by vitest
    visit(parseAst(text, { lang: "ts" }) as unknown as Node);
    return problems;
  });
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as Node).type === "string";
}
