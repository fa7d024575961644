import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canDo, Sleepers, type Sleeper } from "../../../src/door/sleepers.ts";

const TAGS = ["java", "cobol", "rust", "sql"];
const skills = fc.option(fc.subarray(TAGS), { nil: null });
const wanted = fc.subarray(["Java", "cobol", "rust", "SQL", "ada"]);

describe("who sleeps", () => {
  it("is found as by looking at each, whoever fell asleep, woke and fell asleep again", () => {
    const step = fc.record({ no: fc.nat(9), able: skills, wakes: fc.boolean() });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        fc.array(wanted, { minLength: 1 }),
        (steps, questions) => {
          const sleepers = new Sleepers<Sleeper>();
          const model: Sleeper[] = [];
          const now = new Map<number, Sleeper>();
          steps.forEach(({ no, able, wakes }, since) => {
            const known = now.get(no);
            if (known !== undefined) {
              sleepers.delete(known);
              if (model.includes(known)) model.splice(model.indexOf(known), 1);
            }
            const sleeper = { able: able === null ? null : new Set(able), since };
            now.set(no, sleeper);
            if (wakes) return;
            sleepers.add(sleeper);
            model.push(sleeper);
          });
          expect([...sleepers]).toEqual(model);
          expect(sleepers.size).toBe(model.length);
          for (const tags of questions)
            expect(sleepers.longestFor(tags)).toBe(model.find(({ able }) => canDo(able, tags)));
        },
      ),
    );
  });

  it("with the same skill, looks at one of them to find the longest asleep", () => {
    const sleepers = new Sleepers<Sleeper>();
    let looks = 0;
    for (let since = 0; since < 1_000; since += 1) {
      const able = new Set(["java", `only-${since}`]);
      sleepers.add({
        since,
        get able() {
          looks += 1;
          return able;
        },
      });
    }
    looks = 0;
    expect(sleepers.longestFor(["java"])?.since).toBe(0);
    expect(sleepers.longestFor(["only-700"])?.since).toBe(700);
    expect(sleepers.longestFor(["java", "only-900"])?.since).toBe(900);
    expect(sleepers.longestFor(["java", "go"])).toBeUndefined();
    expect(sleepers.longestFor([])?.since).toBe(0);
    expect(looks).toBeLessThan(10);
  });
});
