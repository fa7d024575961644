import { allowedPlaces, hasQueue, mayParent } from "../../machines/legality.ts";
import { SCOPES, type Scope } from "../../machines/records/instance.ts";
import { LIMITS } from "../../machines/settings.ts";
import { quote } from "../contracts/common.ts";
import { findCycles } from "../contracts/cycles.ts";
import type { Path } from "../contracts/scan.ts";
import { suggest } from "../contracts/nearest.ts";
import { SETTINGS_KEY } from "../workers/shell-environment.ts";
import type { FileIssue, PlanSource } from "./plan-source.ts";

/**
 * What no single field of a plan can show: names and keys that stand twice, dependencies on nothing or in
 * a circle, scopes in the wrong place, workers for nobody. It looks at the raw value, so that a plan with
 * a wrong field still gets all its other issues. Source: spec/cli.md 5.3, spec/domain.md 2.3.
 */
export function crossCheck(source: PlanSource): FileIssue[] {
  const plan = asMap(source.value);
  const say: Say = source.issue.bind(source);
  const instances = collectInstances(plan["hierarchy"]);
  return [
    ...checkInstances(instances, say),
    ...checkWorkers(asMap(plan["workers"]), instances, say),
    ...checkTasks(asList(plan["tasks"]), say),
    ...checkProjects(plan, instances, say),
    ...checkVariables(plan, [], say),
  ];
}

type Say = PlanSource["issue"];
type Raw = { readonly [key: string]: unknown };

interface RawInstance {
  readonly path: Path;
  readonly name: string | null;
  readonly scope: Scope | null;
  readonly parent: RawInstance | null;
  readonly depth: number;
}

/** Deeper trees are cut off here: the store refuses them, and so do the checks. */
const DEPTH_LOOKED_AT = LIMITS.depth + 1;

function collectInstances(root: unknown): RawInstance[] {
  const found: RawInstance[] = [];
  const visit = (value: unknown, path: Path, parent: RawInstance | null): void => {
    const depth = (parent?.depth ?? 0) + 1;
    const raw = asMap(value);
    const scope = SCOPES.find((scope) => scope === String(raw["scope"]).toUpperCase().trim()) ?? null;
    const name = typeof raw["name"] === "string" ? raw["name"].trim() : null;
    const instance: RawInstance = { path, name, scope, parent, depth };
    found.push(instance);
    if (depth >= DEPTH_LOOKED_AT) return;
    for (const [index, child] of asList(raw["children"]).entries())
      visit(child, [...path, "children", index], instance);
  };
  visit(root, ["hierarchy"], null);
  return found;
}

function checkInstances(instances: readonly RawInstance[], say: Say): FileIssue[] {
  const issues: FileIssue[] = [];
  const names = instances.map(({ name }) => name);
  for (const [index, { path, name, scope, parent, depth }] of instances.entries()) {
    if (name !== null && names.indexOf(name) < index) {
      issues.push(
        say([...path, "name"], `is ${quote(name)}, which another instance of this plan is called already`),
      );
    }
    if (depth > LIMITS.depth)
      issues.push(say(path, `is ${depth} levels deep; at most ${LIMITS.depth} are accepted`));
    if (scope === null || (parent !== null && parent.scope === null)) continue;
    if (mayParent(scope, parent?.scope ?? null)) continue;
    const where = parent === null ? "at the top" : `below ${parent.scope} ${quote(parent.name ?? "")}`;
    issues.push(say([...path, "scope"], `is ${scope} ${where}; ${allowedPlaces(scope)} is accepted`));
  }
  return issues;
}

function checkWorkers(workers: Raw, instances: readonly RawInstance[], say: Say): FileIssue[] {
  const names = instances.flatMap(({ name }) => name ?? []);
  return Object.keys(workers).flatMap((name) => {
    const instance = instances.find((instance) => instance.name === name);
    if (instance === undefined)
      return [say(["workers", name], `names no instance of this plan${suggest(name, names).help}`, "key")];
    if (instance.scope === null || hasQueue(instance.scope)) return [];
    return [say(["workers", name], `is a ${instance.scope}, which has no queue to work on`, "key")];
  });
}

/** A project that no instance of the plan is called would hold its task for ever, unless the root makes it. */
function checkProjects(plan: Raw, instances: readonly RawInstance[], say: Say): FileIssue[] {
  if (asMap(asMap(plan["hierarchy"])["config"])["auto_create_projects"] === true) return [];
  const names = instances.filter(({ parent }) => parent !== null).flatMap(({ name }) => name ?? []);
  return asList(plan["tasks"]).flatMap((task, index) => {
    const project: unknown = asMap(task)["project"];
    if (typeof project !== "string" || names.includes(project.trim())) return [];
    const message = `is ${quote(project)}, which no instance of this plan is called${suggest(project, names).help}`;
    return [say(["tasks", index, "project"], message)];
  });
}

interface RawTask {
  readonly index: number;
  readonly key: string | null;
  readonly raw: Raw;
  readonly dependsOn: readonly unknown[];
}

function checkTasks(list: readonly unknown[], say: Say): FileIssue[] {
  const tasks: RawTask[] = list.map((value, index) => {
    const raw = asMap(value);
    const key = typeof raw["key"] === "string" ? raw["key"] : null;
    return { index, key, raw, dependsOn: asList(raw["depends_on"]) };
  });
  const keys = tasks.flatMap(({ key }) => key ?? []);
  const issues: FileIssue[] = [];
  const seen = new Set<string>();
  for (const { index, key, raw, dependsOn } of tasks) {
    const here = ["tasks", index];
    if (key !== null && seen.has(key)) {
      issues.push(say([...here, "key"], `is ${quote(key)}, which another task of this plan has already`));
    }
    if (key !== null) seen.add(key);
    for (const [place, dependency] of dependsOn.entries()) {
      if (typeof dependency !== "string" || keys.includes(dependency)) continue;
      const message = `is ${quote(dependency)}, which no task of this plan has as its key${suggest(dependency, keys).help}`;
      issues.push(say([...here, "depends_on", place], message));
    }
    if (Object.hasOwn(asMap(raw["payload"]), SETTINGS_KEY)) {
      issues.push(
        say(
          [...here, "payload", SETTINGS_KEY],
          "is the key that Hopper itself keeps cwd and env under",
          "key",
        ),
      );
    }
    issues.push(...checkVariables(raw, here, say));
  }
  return [...issues, ...checkCycles(tasks, say)];
}

function checkCycles(tasks: readonly RawTask[], say: Say): FileIssue[] {
  const places = new Map<unknown, number>(tasks.map(({ key, index }) => [key, index]));
  const cycles = findCycles(tasks.length, (task) =>
    (tasks[task]?.dependsOn ?? []).map((key) => (typeof key === "string" ? places.get(key) : undefined)),
  );
  return [...cycles].map(({ way, task, place }) => {
    const keys = way.map((index) => tasks[index]?.key).join(" → ");
    return say(["tasks", task, "depends_on", place], `closes a cycle: ${keys}`);
  });
}

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

function checkVariables(raw: Raw, path: Path, say: Say): FileIssue[] {
  const inEnv = Object.keys(asMap(raw["env"])).map((name) => ({
    name,
    at: [...path, "env", name],
    spot: "key" as const,
  }));
  const named = asList(raw["env_from"]).flatMap((name, index) =>
    typeof name === "string" ? [{ name, at: [...path, "env_from", index], spot: "value" as const }] : [],
  );
  return [...inEnv, ...named].flatMap(({ name, at, spot }) => {
    if (name.startsWith("HOPPER_")) return [say(at, "begins with HOPPER_, which Hopper sets itself", spot)];
    return VARIABLE.test(name)
      ? []
      : [say(at, `is ${quote(name)}; letters, digits and "_" are accepted`, spot)];
  });
}

function asMap(value: unknown): Raw {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Raw) : {};
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}
