import type { Envelope } from "../../../machines/messages/envelope.ts";
import type { DeadLetter } from "../../store.ts";
import type { Database } from "./library.ts";
import { prepared } from "./prepared.ts";

interface DeadLetterRow {
  no: number;
  envelope: string;
  error: string;
  at: number;
  times: number;
}

/** Reads and writes of table `dead_letter`: messages no turn could handle. */
export function deadLetterTable(db: Database) {
  const upsert = prepared(
    db,
    `INSERT INTO dead_letter (no, "to", envelope, error, at, times) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (no) DO UPDATE SET envelope = excluded.envelope, error = excluded.error, at = excluded.at,
       times = excluded.times`,
  );
  const byNo = prepared(db, "SELECT no, envelope, error, at, times FROM dead_letter WHERE no = ?");
  return {
    /** A letter that died again is the same letter. */
    upsert(letter: DeadLetter): void {
      upsert.run(
        letter.no,
        letter.envelope.to,
        JSON.stringify(letter.envelope),
        letter.error,
        letter.at,
        letter.times,
      );
    },
    byNo(no: number): DeadLetter | null {
      const row = byNo.get(no) as DeadLetterRow | undefined;
      return row === undefined ? null : { ...row, envelope: JSON.parse(row.envelope) as Envelope };
    },
  };
}
