import { describe, expect, test } from "vitest";
import { LIMITS } from "../../../machines/settings.ts";
import { toJsonSchema, type JsonSchema } from "../../../src/contracts/json-schema.ts";
import { CONTRACTS } from "../../../src/contracts/verbs.ts";

const schemas = Object.entries(CONTRACTS).map(([verb, contract]) => [verb, toJsonSchema(contract)] as const);

/** A place in a schema: `properties.tags.items`. */
function at(verb: keyof typeof CONTRACTS, place: string): unknown {
  let here: unknown = toJsonSchema(CONTRACTS[verb]);
  for (const step of place.split(".")) here = (here as Record<string, unknown>)[step];
  return here;
}

/** Every schema inside, with its place. */
function* parts(schema: JsonSchema, place = ""): Generator<[string, JsonSchema]> {
  yield [place, schema];
  for (const [name, field] of Object.entries(schema.properties ?? {}))
    yield* parts(field as JsonSchema, `${place}.${name}`);
  for (const one of schema.anyOf ?? []) yield* parts(one, place);
  if (schema.items !== undefined) yield* parts(schema.items as JsonSchema, `${place}[]`);
}

const BOUNDS: Readonly<Record<string, readonly string[]>> = {
  string: ["maxLength", "pattern", "format", "enum"],
  number: ["maximum"],
  integer: ["maximum"],
};
/** What has no limit: a cursor, 0 or a duration, each checked where it is used; and how many words a filter names. */
const UNBOUNDED = new Set(["events .since"]);

describe.each(schemas)("the contract of %s as JSON Schema", (verb, schema) => {
  test("is an object of named fields and nothing else, in snake_case", () => {
    expect(schema).toMatchObject({ type: "object", additionalProperties: false });
    for (const [, part] of parts(schema)) {
      for (const name of [...Object.keys(part.properties ?? {}), ...(part.required ?? [])])
        expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/);
    }
  });

  test("says of every field what it is and how much of it is taken", () => {
    const open = [...parts(schema)]
      .filter(([place, part]) => {
        if (UNBOUNDED.has(`${verb} ${place}`) || part.anyOf !== undefined) return false;
        const types = [part.type ?? "any"].flat();
        if (types.includes("any")) return part["x-max-bytes"] === undefined;
        return types.some((type) => BOUNDS[type]?.every((bound) => part[bound] === undefined));
      })
      .map(([place]) => place);
    expect(open).toEqual([]);
  });
});

describe("the limits of contracts in JSON Schema", () => {
  test.each([
    ["tasks.add", "required", ["title"]],
    ["tasks.add", "properties.title.maxLength", LIMITS.titleChars],
    ["tasks.add", "properties.title.minLength", 1],
    ["tasks.add", "properties.tags.maxItems", LIMITS.tags],
    ["tasks.add", "properties.tags.items.maxLength", LIMITS.tagChars],
    ["tasks.add", "properties.payload.x-max-bytes", LIMITS.payloadBytes],
    ["tasks.add", "properties.depends_on.maxItems", LIMITS.batch],
    ["tasks.add", "properties.max_attempts", { type: "integer", minimum: 1, maximum: 1_000 }],
    ["tasks.add", "properties.timeout_seconds.anyOf.0.maximum", 31_536_000],
    [
      "tasks.add",
      "properties.deadline_at.anyOf",
      [{ type: "string", format: "date-time" }, { type: "null" }],
    ],
    ["tasks.add", "properties.settle_ms.anyOf.1", { type: "number", minimum: 0, maximum: 30_000 }],
    ["tasks.add", "properties.priority.enum", ["urgent", "high", "medium", "low"]],
    ["tasks.addBatch", "properties.items.minItems", 1],
    ["tasks.addBatch", "properties.items.maxItems", LIMITS.batch],
    ["tasks.addBatch", "properties.items.items.properties.title.maxLength", LIMITS.titleChars],
    ["tasks.list", "properties.limit", { type: "integer", minimum: 1, maximum: 500 }],
    ["tasks.list", "properties.q.maxLength", 512],
    ["tasks.complete", "properties.result.x-max-bytes", LIMITS.resultBytes],
    ["tasks.fail", "properties.error.anyOf.0.type", "string"],
    ["tasks.fail", "properties.error.anyOf.1.required", ["message"]],
    ["tasks.fail", "properties.error.anyOf.1.properties.details.x-max-bytes", LIMITS.resultBytes],
    ["tasks.heartbeat", "properties.progress.anyOf.0", { type: "number", minimum: 0, maximum: 1 }],
    ["instances.create", "properties.name.maxLength", LIMITS.nameChars],
    ["instances.create", "properties.id.maxLength", 64],
    ["instances.create", "properties.config.x-max-bytes", LIMITS.payloadBytes],
    ["instances.create", "properties.config.properties.max_concurrent_tasks.minimum", 1],
    [
      "instances.claim",
      "properties.max",
      { default: 1, type: "integer", minimum: 1, maximum: LIMITS.claimMax },
    ],
    ["instances.claim", "properties.wait_seconds.anyOf.1.maximum", 50],
    ["instances.claim", "properties.lease_seconds.anyOf.1.maximum", 604_800],
    ["delegations.reject", "required", ["reason"]],
    ["delegations.reject", "properties.reason.minLength", 1],
  ] as const)("%s: %s", (verb, place, limit) => {
    expect(at(verb, place)).toEqual(limit);
  });

  test("list a word's aliases", () => {
    expect(at("tasks.status", "properties.status.enum")).toContain("completed");
    expect(at("tasks.list", "properties.status.items.enum")).toEqual(
      expect.arrayContaining(["open", "held"]),
    );
  });

  test.each([
    [
      "instances.create",
      "properties.name",
      ["web app", " x ", "T-", "aT-1"],
      ["", " ", "a/b", "a\nb", "t-42", " D-7 "],
    ],
    ["instances.create", "properties.id", ["a", "A.b_c-1", "T-1x"], ["", "-a", "ä", "T-1", "a b"]],
    ["instances.claim", "properties.worker_id", ["w 1", " ä "], ["", "  ", "a\u0007b"]],
    ["tasks.add", "properties.title", ["x", " a\nb "], ["", " \n "]],
    ["tasks.add", "properties.settle_ms.anyOf.0", ["250ms", "1h30m", "5", " 1.5s "], ["", "5 apples", "-1"]],
  ] as const)("%s: the pattern of %s takes what the contract takes", (verb, place, good, bad) => {
    const pattern = new RegExp((at(verb, place) as { pattern: string }).pattern, "u");
    expect(good.filter((text) => !pattern.test(text))).toEqual([]);
    expect(bad.filter((text) => pattern.test(text))).toEqual([]);
  });
});
