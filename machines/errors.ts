import type { Json } from "./records/values.ts";

/**
 * Every code a caller can meet, with its HTTP status and its sentence. The sentence says what happened;
 * a refusal's own detail says it of the case at hand. Source: 4-http-api.md 4.4.
 */
export const ERRORS = {
  malformed_json: { status: 400, title: "The JSON could not be read" },
  invalid_delegation: { status: 400, title: "This delegation is not allowed" },
  invalid_parent: { status: 400, title: "This instance cannot be the parent" },
  dependency_cycle: { status: 400, title: "The dependencies form a cycle" },
  bad_filter: { status: 400, title: "The filter is not understood" },
  bad_cursor: { status: 400, title: "The cursor is not one of this store's" },
  not_found: { status: 404, title: "There is nothing of that name" },
  illegal_transition: { status: 409, title: "The state it is in does not allow this" },
  at_capacity: { status: 409, title: "It is full" },
  not_claimable: { status: 409, title: "This scope has no queue to claim from" },
  no_route: { status: 409, title: "Nobody can take this task" },
  instance_not_running: { status: 409, title: "The instance is not running" },
  already_decided: { status: 409, title: "The delegation has been decided" },
  already_exists: { status: 409, title: "That name or id is taken" },
  lease_lost: { status: 409, title: "The lease is not yours any more" },
  open_hop_below: { status: 409, title: "The task has been passed on" },
  has_live_children: { status: 409, title: "It still has children that are not terminated" },
  pending_delegation_exists: { status: 409, title: "The task is on offer already" },
  parent_final: { status: 409, title: "The parent task is final" },
  idempotency_key_reused: { status: 409, title: "The idempotency key was used for another request" },
  cursor_gone: { status: 409, title: "The cursor is of another store" },
  stale_version: { status: 412, title: "It was changed meanwhile" },
  payload_too_large: { status: 413, title: "That is too large" },
  validation_failed: { status: 422, title: "The input is not valid" },
  immutable_field: { status: 422, title: "This field never changes" },
  internal: { status: 500, title: "Hopper failed" },
  overloaded: { status: 503, title: "Too much is waiting" },
  draining: { status: 503, title: "Hopper is shutting down" },
  storage_full: { status: 503, title: "The disk is full" },
  unavailable: { status: 503, title: "The store cannot be used now" },
  timed_out: { status: 504, title: "It took too long" },
  bad_configuration: { status: 422, title: "The configuration or plan is not valid" },
  store_damaged: { status: 500, title: "The store cannot be read" },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof ERRORS;

/** Facts that go with a refusal, as fields. Keys are snake_case: they are shown as they are. */
export interface Facts {
  readonly [key: string]: Json | readonly string[] | undefined;
}

/** An expected refusal: a value, never thrown inside the runtime. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly facts: Facts;
}

export function refuse(code: ErrorCode, detail: string, facts: Facts = {}): Refusal {
  return { code, detail, facts };
}

/** A refusal as callers of the library meet it: thrown, with the code, the HTTP status and the facts as fields. */
export class HopperError extends Error {
  override readonly name = "HopperError";
  readonly code: ErrorCode;
  readonly status: number;
  readonly detail: string;
  readonly facts: Facts;
  /** Events or targets that would be accepted now. */
  readonly allowed: readonly string[] | undefined;
  /** Nearest names to one that was not found. */
  readonly suggestions: readonly string[] | undefined;

  constructor(code: ErrorCode, detail: string, facts: Facts = {}) {
    super(detail);
    this.code = code;
    this.status = ERRORS[code].status;
    this.detail = detail;
    this.facts = facts;
    this.allowed = facts["allowed"] as readonly string[] | undefined;
    this.suggestions = facts["suggestions"] as readonly string[] | undefined;
  }
}

/** For the end of an exhaustive switch: the compiler shows what was forgotten. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
