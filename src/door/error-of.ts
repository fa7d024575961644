import { HopperError, type Refusal } from "../../machines/errors.ts";

/** A refusal of the runtime as callers meet it: moments in the facts as ISO 8601. */
export function errorOf(refusal: Refusal): HopperError {
  const facts: { [key: string]: Refusal["facts"][string] } = {};
  for (const [key, value] of Object.entries(refusal.facts)) {
    facts[key] = key.endsWith("_at") && typeof value === "number" ? new Date(value).toISOString() : value;
  }
  return new HopperError(refusal.code, refusal.detail, facts);
}
