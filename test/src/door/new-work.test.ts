import { expect, it } from "vitest";
import { LIMITS } from "../../../machines/settings.ts";
import { NewWork } from "../../../src/door/new-work.ts";

it("new work is refused while as much as the cap is under way, and taken again when it is not", async () => {
  const work = new NewWork();
  const { promise, resolve } = Promise.withResolvers<void>();
  const all = Array.from({ length: LIMITS.inbox }, () => work.ask(() => promise));
  expect(() => work.ask(() => promise)).toThrow(
    expect.objectContaining({ code: "overloaded", facts: { retry_after: 1 } }),
  );
  resolve();
  await Promise.all(all);
  await expect(work.ask(() => Promise.reject(new Error("its own")))).rejects.toThrow("its own");
  expect(await work.ask(() => Promise.resolve(1))).toBe(1);
});
