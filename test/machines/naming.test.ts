import { expect, test } from "vitest";
import { freeRunName, whyNotCreate } from "../../machines/policies/naming.ts";

const nobody = () => false;
const GLOBAL = { name: "global", scope: "GLOBAL", depth: 1 } as const;
const shop = { name: "shop", scope: "PROJECT" } as const;

test("given a free name below a fitting parent, then the child can be created", () => {
  expect(whyNotCreate(GLOBAL, shop, nobody)).toBeNull();
});

test.each([
  [{ ...GLOBAL, scope: "PERSONAL" } as const, shop, "global (PERSONAL) has no PROJECT below it"],
  [{ ...GLOBAL, depth: 16 }, shop, "global is at depth 16, the deepest there is"],
  [GLOBAL, { ...shop, name: "t-12" }, "t-12 cannot be the name of an instance"],
  [GLOBAL, { ...shop, name: "a/b" }, "a/b cannot be the name of an instance"],
  [GLOBAL, { ...shop, name: "x".repeat(129) }, `${"x".repeat(129)} cannot be the name of an instance`],
])("given %o and %o, then it says why not", (parent, child, why) => {
  expect(whyNotCreate(parent, child, nobody)).toBe(why);
});

test("given the name is taken, then it says so", () => {
  expect(whyNotCreate(GLOBAL, shop, (name) => name === "shop")).toBe(
    "shop is the name of an instance elsewhere",
  );
});

test("given numbers that are taken, then the next free one is chosen", () => {
  const taken = new Set(["api-run-3", "api-run-4"]);
  expect(freeRunName("api", 3, (name) => taken.has(name))).toBe("api-run-5");
});

test.each([
  ["x".repeat(128), `${"x".repeat(122)}-run-7`],
  [`${"x".repeat(121)}😀😀`, `${"x".repeat(121)}\u{FFFD}-run-7`],
])("given a long name, then it is shortened to 128 characters that are well formed", (parent, name) => {
  expect(freeRunName(parent, 7, nobody)).toBe(name);
});
