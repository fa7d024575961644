import { randomBytes } from "node:crypto";

const DIGITS_OF_AN_ID = 18;
const IDS_OF_A_POOL = 4_096;

let pool = "";
let used = 0;

function randomHex(): string {
  if (used + DIGITS_OF_AN_ID > pool.length) {
    pool = randomBytes((DIGITS_OF_AN_ID / 2) * IDS_OF_A_POOL).toString("hex");
    used = 0;
  }
  used += DIGITS_OF_AN_ID;
  return pool.slice(used - DIGITS_OF_AN_ID, used);
}

/** A UUIDv7 as 32 hex digits: the time, then random bits. */
export function newId(now: number): string {
  const hex = randomHex();
  return `${now.toString(16).padStart(12, "0")}7${hex.slice(0, 3)}8${hex.slice(3)}`;
}
