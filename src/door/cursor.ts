import { HopperError } from "../../machines/errors.ts";
import { DURATION_FORMS } from "../contracts/duration.ts";

/** What makes a position one of this store's: a restored backup has a new generation. */
export interface StoreIdentity {
  readonly id: string;
  readonly generation: number;
}

const FORM = /^([0-9a-z]{1,8})\.([0-9a-z]{1,8})\.([0-9a-z]{1,11})$/;
const RADIX = 36;

/** Journal positions as opaque cursors of one store. Source: spec/api.md 4.3, spec/reliability.md 8.1 E8. */
export class Cursors {
  readonly #prefix: string;

  constructor(store: StoreIdentity) {
    // The end of a UUIDv7 is its random part; its beginning is the time, which two stores may share.
    const short = store.id
      .replaceAll(/[^0-9a-z]/gi, "")
      .slice(-8)
      .toLowerCase();
    this.#prefix = `${short === "" ? "0" : short}.${store.generation.toString(RADIX)}.`;
  }

  encode(position: number): string {
    return this.#prefix + position.toString(RADIX);
  }

  /** The position of a cursor. Throws `bad_cursor` (malformed) or `cursor_gone` (of another store or generation, or from the future). */
  decode(cursor: string, newest: number): number {
    const parts = FORM.exec(cursor);
    if (parts === null) {
      const accepted = `a cursor from an earlier answer, 0 or ${DURATION_FORMS} is accepted`;
      const shown = JSON.stringify(cursor.slice(0, 40));
      throw new HopperError("bad_cursor", `${shown} is not a cursor; ${accepted}`);
    }
    const position = Number.parseInt(parts[3] ?? "", RADIX);
    if (!cursor.startsWith(this.#prefix))
      throw gone(cursor, "is of another store, or of this one before a backup was restored");
    if (position > newest) throw gone(cursor, "is later than the newest event");
    return position;
  }
}

function gone(cursor: string, why: string): HopperError {
  return new HopperError("cursor_gone", `the cursor ${cursor} ${why}; begin again with 0`);
}
