import { ENTRIES, type EventName } from "./catalogue.ts";
import type { Fields } from "./field.ts";

/** A field of an event's data as it stands in the arrays of a file: its place there is where it stands in the list. */
export interface CodedField {
  readonly field: string;
  /** It stands there as the time since the event, in ms. */
  readonly isMoment: boolean;
}

/** The fields of an event's data, in the order of the catalogue. */
export function codedFields(name: EventName): CodedField[] {
  const fields: Fields = ENTRIES[name].data;
  return Object.entries(fields).map(([field, { kind }]) => ({ field, isMoment: kind === "moment" }));
}

/**
 * The data of an event as an array, so that the names of its fields need not stand in every row. A field that is missing is
 * null, or left out at the end; null is `[]`, and a list stands in a list of its own. Data with a field that is not in the
 * list stays as it is. null = it says nothing.
 */
export function encodeData(
  fields: readonly CodedField[],
  data: { readonly [field: string]: unknown },
  at: number,
): readonly unknown[] | object | null {
  let left = 0;
  for (const field in data) if (data[field] !== undefined) left += 1;
  if (left === 0) return null;
  const coded: unknown[] = [];
  for (const { field, isMoment } of fields) {
    const value = data[field];
    if (value === undefined) {
      coded.push(null);
      continue;
    }
    if (value === null) coded.push([]);
    else if (Array.isArray(value)) coded.push([value]);
    else coded.push(isMoment ? (value as number) - at : value);
    left -= 1;
    if (left === 0) return coded;
  }
  return data;
}

/** What {@link encodeData} was given. @throws Error for an array that is longer than the list. */
export function decodeData(
  fields: readonly CodedField[],
  coded: readonly unknown[] | object | null,
  at: number,
): object {
  if (!Array.isArray(coded)) return coded ?? {};
  const data: { [field: string]: unknown } = {};
  for (const [place, value] of (coded as readonly unknown[]).entries()) {
    const known = fields[place];
    if (known === undefined) throw new Error(`no field stands at place ${place} of the data of this event`);
    if (value === null) continue;
    if (Array.isArray(value)) data[known.field] = value.length === 0 ? null : (value[0] as unknown);
    else data[known.field] = known.isMoment ? (value as number) + at : value;
  }
  return data;
}
