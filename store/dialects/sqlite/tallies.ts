import { emptyTally, type Tally } from "../../../machines/records/instance.ts";
import type { ActorNo } from "../../../machines/records/values.ts";
import type { Database } from "./library.ts";
import { prepared } from "./prepared.ts";
import { marks } from "./values.ts";

const COUNTS = [
  "pending",
  "blocked",
  "queued",
  "claimed",
  "in_progress",
  "waiting",
  "done",
  "failed",
  "cancelled",
] as const;

/** Reads and writes of table `tally`. Its columns are named as the record's fields. */
export function tallyTable(db: Database) {
  const upsert = prepared(
    db,
    `INSERT INTO tally (instance, ${COUNTS.join(", ")}) VALUES (?, ${marks(COUNTS)})
     ON CONFLICT (instance) DO UPDATE SET ${COUNTS.map((count) => `${count} = excluded.${count}`).join(", ")}`,
  );
  const byNo = prepared(db, "SELECT * FROM tally WHERE instance = ?");
  const all = prepared(db, "SELECT * FROM tally ORDER BY instance");
  return {
    upsert(t: Tally): void {
      upsert.run(
        t.instance,
        t.pending,
        t.blocked,
        t.queued,
        t.claimed,
        t.in_progress,
        t.waiting,
        t.done,
        t.failed,
        t.cancelled,
      );
    },
    /** All zero for an actor that never counted anything. */
    byNo(no: ActorNo): Tally {
      return (byNo.get(no) as Tally | undefined) ?? emptyTally(no);
    },
    all(): Tally[] {
      return all.all() as Tally[];
    },
  };
}
