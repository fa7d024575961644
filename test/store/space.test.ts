import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fullError } from "../../store/dialects/sqlite/space.ts";

const PLACE = join(tmpdir(), "store.db");

test.each(["SQLITE_FULL", "ENOSPC", "EDQUOT"])(
  "%s is a full disk, named with what is free and what is needed",
  (code) => {
    const error = fullError(code, PLACE, new Error("no"));
    expect(error).toMatchObject({ kind: "full", path: PLACE });
    expect(error?.message).toMatch(/^the disk of .*store\.db is full: \d+ KiB are free, 1 MiB is needed$/);
  },
);

test.each(["SQLITE_IOERR_SHMSIZE", "SQLITE_IOERR_WRITE", "SQLITE_CORRUPT", "EACCES"])(
  "%s is something else where there is room",
  (code) => {
    expect(fullError(code, PLACE, new Error("no"))).toBeNull();
  },
);

test("what is free is left out where it cannot be told", () => {
  const nowhere = "/nowhere at all/store.db";
  expect(fullError("SQLITE_FULL", nowhere, null)?.message).toBe(
    `the disk of ${nowhere} is full, 1 MiB is needed`,
  );
  expect(fullError("SQLITE_IOERR_WRITE", nowhere, null)).toBeNull();
});
