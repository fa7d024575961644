import { expect, it } from "vitest";
import { LIMITS } from "../../../machines/settings.ts";
import { NewWork } from "../../../src/door/new-work.ts";

it("new work is refused while as much as the cap is under way, and taken again when it is not", async () => {
  const work = new NewWork();
  const { promise, resolve } = Promise.withResolvers<void>();
  const all = Array.from({ length: LIMITS.inbox }, () => work.ask({}, () => promise));
  expect(() => work.ask({}, () => promise)).toThrow(
    expect.objectContaining({ code: "overloaded", facts: { retry_after: 1 } }),
  );
  resolve();
  await Promise.all(all);
  await expect(work.ask({}, () => Promise.reject(new Error("its own")))).rejects.toThrow("its own");
  expect(await work.ask({}, () => Promise.resolve(1))).toBe(1);
});

it("a request with a key is let in beyond the cap to have it looked up, and begins nothing that is new", async () => {
  const work = new NewWork();
  const { promise, resolve } = Promise.withResolvers<void>();
  const keyed = { idempotencyKey: "k" };
  const refused = expect.objectContaining({ code: "overloaded" });
  const all = Array.from({ length: LIMITS.inbox }, () => work.ask({}, () => promise));
  await expect(work.ask(keyed, async (admit) => admit())).rejects.toEqual(refused);
  expect(await work.ask(keyed, async () => "the first one's answer")).toBe("the first one's answer");
  const looking = Array.from({ length: LIMITS.inbox }, () => work.ask(keyed, () => promise));
  expect(() => work.ask(keyed, () => promise)).toThrow(refused);
  resolve();
  await Promise.all([...all, ...looking]);
  await work.ask(keyed, async (admit) => admit());
});
