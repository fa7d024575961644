import type { Json } from "./records/values.ts";

/** Every code a caller can meet, with its HTTP status. What happened is said by a refusal's detail. Source: spec/api.md 4.4. */
const STATUS_OF = {
  malformed_json: 400,
  invalid_delegation: 400,
  invalid_parent: 400,
  dependency_cycle: 400,
  bad_filter: 400,
  bad_cursor: 400,
  not_found: 404,
  illegal_transition: 409,
  at_capacity: 409,
  not_claimable: 409,
  no_route: 409,
  instance_not_running: 409,
  already_decided: 409,
  already_exists: 409,
  lease_lost: 409,
  open_hop_below: 409,
  has_live_children: 409,
  pending_delegation_exists: 409,
  parent_final: 409,
  idempotency_key_reused: 409,
  cursor_gone: 409,
  stale_version: 412,
  payload_too_large: 413,
  validation_failed: 422,
  immutable_field: 422,
  internal: 500,
  overloaded: 503,
  draining: 503,
  storage_full: 503,
  unavailable: 503,
  timed_out: 504,
  bad_configuration: 422,
  store_damaged: 500,
} as const satisfies Record<string, number>;

export type ErrorCode = keyof typeof STATUS_OF;
export const ERROR_CODES = Object.keys(STATUS_OF) as readonly ErrorCode[];

/**
 * Is a refusal with this code what Hopper's rules say of a request, and so kept with its idempotency key? Not what is
 * wrong with the request itself, nor what passes by itself. Source: spec/api.md 4.4.
 */
export function isKept(code: ErrorCode): boolean {
  const status: number = STATUS_OF[code];
  return status === 400 || status === 404 || status === 409;
}

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
    this.status = STATUS_OF[code];
    this.detail = detail;
    this.facts = facts;
    this.allowed = facts["allowed"] as readonly string[] | undefined;
    this.suggestions = facts["suggestions"] as readonly string[] | undefined;
  }
}

/** What was thrown, in words, whatever it is. */
export function messageOf(thrown: unknown): string {
  try {
    const { message = thrown } = thrown instanceof Error ? thrown : {};
    return String(message);
  } catch {
    return "what was thrown cannot be shown";
  }
}

/** For the end of an exhaustive switch: the compiler shows what was forgotten. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
