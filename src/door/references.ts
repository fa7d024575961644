import { HopperError } from "../../machines/errors.ts";
import type { DelegationNo, TaskNo } from "../../machines/records/values.ts";
import type { DirectoryEntry } from "../../store/store.ts";
import { summary } from "../contracts/check.ts";
import { found, quote } from "../contracts/common.ts";
import { looksLikeRef } from "../../machines/policies/naming.ts";
import type { Directory } from "./directory.ts";

/**
 * The instance that a reference names: by the id of a live one, then by live name, then by the id of one that has ended. Throws
 * `not_found` with `field` and the nearest live names as `suggestions`. Source: spec/domain.md 2.1.
 */
export function resolveInstance(directory: Directory, reference: string, field = "id"): DirectoryEntry {
  const text = textOf(reference, field, "the id or name of an instance");
  const entry = directory.named(text);
  if (entry !== undefined) return entry;
  throw missingInstance(directory, text, field);
}

function missingInstance(directory: Directory, text: string, field: string): HopperError {
  if (looksLikeRef(text)) {
    const detail = `${text.toUpperCase()} is a ${kindOf(text)}; the id or name of an instance is needed`;
    return new HopperError("not_found", detail, { field });
  }
  const suggestions = directory.nearestNames(text);
  const gone = directory.endedNamed(text);
  const help =
    gone !== undefined
      ? `; one of that name is terminated and has the id ${gone.id}`
      : suggestions.length > 0
        ? `; did you mean ${suggestions.join(" or ")}?`
        : "";
  return new HopperError("not_found", `there is no instance ${quote(text)}${help}`, { field, suggestions });
}

/** Refuses a new id or name that a live instance has as its id or name (`already_exists`). Source: spec/domain.md 2.1. */
export function refuseTaken(
  directory: Directory,
  wanted: { readonly id: string | null; readonly name: string },
): void {
  for (const field of ["id", "name"] as const) {
    const text = wanted[field];
    if (text === null) continue;
    const byId = directory.byId(text);
    // An id is never used again, also not after its instance has ended.
    const holder =
      byId !== undefined && (field === "id" || byId.status !== "terminated") ? byId : directory.byName(text);
    if (holder === undefined) continue;
    const what = holder.id === text ? "the id" : "the name";
    const detail = `${field} ${quote(text)} is ${what} of an instance (${holder.scope}, ${holder.status})`;
    throw new HopperError("already_exists", detail, { field, instance_id: holder.id });
  }
}

/** What names a record, trimmed. Throws `validation_failed` for what is no text: callers need not be typed. */
export function textOf(given: unknown, field: string, what: string): string {
  if (typeof given === "string") return given.trim();
  const issues = [{ path: field, message: `${found(given)}; ${what} is accepted` }];
  throw new HopperError("validation_failed", summary(issues), { issues });
}

/** A task or delegation as a caller names it: by its row number (from a ref) or by its id. */
export type RecordRef<No extends number> = { readonly no: No } | { readonly id: string };

/** `T-42` or the id of a task. Throws `not_found` with `field` for anything else. */
export function parseTaskRef(text: string, field = "id"): RecordRef<TaskNo> {
  return parseRef(text, field, "task");
}

/** `D-7` or the id of a delegation. Throws `not_found` with `field` for anything else. */
export function parseDelegationRef(text: string, field = "id"): RecordRef<DelegationNo> {
  return parseRef(text, field, "delegation");
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function parseRef(given: string, field: string, kind: "task" | "delegation"): RecordRef<number> {
  const text = textOf(given, field, `the id or ref of a ${kind}`);
  if (UUID.test(text)) return { id: text.toLowerCase() };
  const letter = kind === "task" ? "T" : "D";
  if (looksLikeRef(text)) {
    const no = Number(text.slice(2));
    if (text.slice(0, 1).toUpperCase() !== letter) {
      const needed = `a ${kind} such as ${letter}-${no || 1} is needed`;
      throw new HopperError("not_found", `${text.toUpperCase()} is a ${kindOf(text)}; ${needed}`, { field });
    }
    if (no > 0 && Number.isSafeInteger(no)) return { no };
  }
  throw missingRecord(kind, text, field);
}

/** The refusal for a task or delegation that does not exist. */
export function missingRecord(kind: "task" | "delegation", text: string, field = "id"): HopperError {
  const help =
    UUID.test(text) || looksLikeRef(text)
      ? ""
      : `; its id or a ref such as ${kind === "task" ? "T-42" : "D-7"} is needed`;
  return new HopperError("not_found", `there is no ${kind} ${quote(text)}${help}`, { field });
}

function kindOf(ref: string): "task" | "delegation" {
  return ref.slice(0, 1).toUpperCase() === "T" ? "task" : "delegation";
}

/** `T-42` */
export function taskRef(no: TaskNo): string {
  return `T-${no}`;
}

/** `D-7` */
export function delegationRef(no: DelegationNo): string {
  return `D-${no}`;
}

/** The token of a lease as its worker sees it: good for this task and epoch only. */
export function leaseToken(task: TaskNo, epoch: number): string {
  return `L-${task}-${epoch}`;
}

/** Never the epoch of a live lease. */
const NO_EPOCH = -1;

/** The epoch that a token is of; one that was not given for this task is of none (-1), so the keeper answers `lease_lost`. */
export function leaseEpoch(token: string, task: TaskNo): number {
  const parts = /^L-(\d{1,15})-(\d{1,15})$/.exec(token.trim());
  return parts !== null && Number(parts[1]) === task ? Number(parts[2]) : NO_EPOCH;
}
