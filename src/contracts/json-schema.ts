import * as z from "zod";
import { limitsFor } from "./common.ts";
import { snakeCase } from "./wire.ts";

/** A JSON Schema of draft 2020-12. */
export type JsonSchema = z.core.JSONSchema.JSONSchema;

/**
 * What a contract takes, as JSON Schema with the names of the wire: types, words, what is required, and every limit.
 * Words are taken in any case, and lines are measured without the blanks around them: the contract decides.
 */
export function toJsonSchema(contract: z.ZodType): JsonSchema {
  const schema = z.toJSONSchema(contract, {
    io: "input",
    override({ zodSchema, jsonSchema }) {
      const { orText, ...limits } = limitsFor(zodSchema);
      Object.assign(jsonSchema, limits);
      if (orText === undefined) return;
      const object = { ...jsonSchema };
      for (const key of Object.keys(object)) delete jsonSchema[key];
      jsonSchema.anyOf = [{ type: "string", ...orText }, object];
    },
  });
  return onTheWire(schema);
}

/** With the fields of objects in snake_case. */
function onTheWire(schema: JsonSchema): JsonSchema {
  const { properties, required, items, anyOf } = schema;
  const wire = { ...schema };
  if (properties !== undefined)
    wire.properties = Object.fromEntries(
      Object.entries(properties).map(([name, field]) => [snakeCase(name), onTheWire(field as JsonSchema)]),
    );
  if (required !== undefined) wire.required = required.map((name) => snakeCase(name));
  if (items !== undefined) wire.items = onTheWire(items as JsonSchema);
  if (anyOf !== undefined) wire.anyOf = anyOf.map((one) => onTheWire(one));
  return wire;
}
