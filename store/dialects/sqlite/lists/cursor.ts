import { HopperError } from "../../../../machines/errors.ts";
import type { Identity } from "../meta.ts";

/** Where a page ended: what was sorted by, if anything but the number, and the number of its last row. */
export interface Place {
  readonly key: number;
  readonly no: number;
}

/** Makes and reads the cursors of one list in one order. Opaque to callers; bound to the store and its generation. */
export interface Cursors {
  write(place: Place): string;
  /** @throws HopperError bad_cursor, cursor_gone */
  read(cursor: string | null): Place | null;
}

const SHAPE = /^(\S+) (\d+) (\S+) (-?\d+) (\d+)$/;

/** Why it is none of a list's, whose name ends with its order. */
function notOf(list: string, cursor: string, of: string): string {
  const [[name, order], [ofName, ofOrder]] = [list.split("/"), of.split("/")];
  if (name !== ofName || ofOrder === undefined) return `${cursor.slice(0, 80)} is not a cursor of this list`;
  return `the cursor is of this list sorted by ${ofOrder}, and not by ${order}; ask for that order, or begin without a cursor`;
}

export function cursorsOf(identity: Identity, list: string): Cursors {
  const store = identity.id.slice(-12);
  return {
    write({ key, no }) {
      return Buffer.from(`${store} ${identity.generation} ${list} ${key} ${no}`).toString("base64url");
    },
    read(cursor) {
      if (cursor === null) return null;
      const parts = SHAPE.exec(Buffer.from(cursor, "base64url").toString("utf8"));
      const of = parts?.[3] ?? "";
      if (parts === null || of !== list) throw new HopperError("bad_cursor", notOf(list, cursor, of));
      if (parts[1] !== store || Number(parts[2]) !== identity.generation) {
        throw new HopperError(
          "cursor_gone",
          "the cursor is of another store, or of this one before it was restored",
        );
      }
      return { key: Number(parts[4]), no: Number(parts[5]) };
    },
  };
}
