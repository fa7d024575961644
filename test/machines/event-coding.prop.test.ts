import fc from "fast-check";
import type { Arbitrary } from "fast-check";
import { describe, expect, it } from "vitest";
import { ENTRIES, EVENT_NAMES } from "../../machines/events/catalogue.ts";
import { codedFields, decodeData, encodeData } from "../../machines/events/coding.ts";
import type { Field, FieldKind } from "../../machines/events/field.ts";

const AT = 1_780_000_000_000;
const number = fc.integer({ min: 0, max: 4_102_444_800_000 });
const json = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);
const VALUES: Readonly<Record<FieldKind, Arbitrary<unknown>>> = {
  instance: number,
  task: number,
  delegation: number,
  moment: number,
  duration: number,
  number: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  flag: fc.boolean(),
  text: fc.string({ unit: "grapheme" }),
  json,
  "json text": json.map((value) => JSON.stringify(value)),
};

/** A kind does not say whether there may be several, or null. */
function anyValue({ kind, optional }: Field): Arbitrary<unknown> {
  const one = VALUES[kind];
  const several = kind === "moment" ? one : fc.array(one, { maxLength: 3 });
  const value = fc.oneof(one, several, fc.constant(null));
  return optional ? fc.oneof(value, fc.constant(undefined)) : value;
}

describe.each(EVENT_NAMES)("the data of %s", (name) => {
  const fields = codedFields(name);
  const data = fc.record(
    Object.fromEntries(Object.entries(ENTRIES[name].data).map(([field, one]) => [field, anyValue(one)])),
  );

  it("is what it was, when it has been an array and JSON", () => {
    fc.assert(
      fc.property(data, (given) => {
        const coded = encodeData(fields, given, AT);
        const stored = JSON.parse(JSON.stringify(coded)) as unknown[] | null;
        const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
        expect(Array.isArray(stored)).toBe(Object.keys(said).length > 0);
        expect(decodeData(fields, stored, AT)).toEqual(JSON.parse(JSON.stringify(said)));
      }),
      { numRuns: 30 },
    );
  });
});

describe("the data of an event", () => {
  const fields = codedFields("delegation.pending");

  it("is short: places for names, times since the event for moments, nothing for what is not said", () => {
    const said = { source: 1, target: 2, type: "route", seq: 1, expiresAt: AT + 60_000, by: null };
    expect(encodeData(fields, said, AT)).toEqual([1, 2, "route", 1, 60_000, null, []]);
    expect(encodeData(fields, {}, AT)).toBeNull();
    expect(encodeData(fields, { source: undefined }, AT)).toBeNull();
  });

  it("stays an object where it has a field that has no place", () => {
    const said = { source: 1, weather: "fine" };
    expect(encodeData(fields, said, AT)).toBe(said);
    expect(decodeData(fields, said, AT)).toBe(said);
  });

  it("cannot be read where a place has no field", () => {
    expect(() => decodeData([], [1], AT)).toThrow("no field stands at place 0");
  });
});
