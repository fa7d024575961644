import * as z from "zod";
import type { ErrorInfo, Json } from "../../machines/records/values.ts";
import { LIMITS } from "../../machines/settings.ts";
import { accepting, atMost, bytes, limited, type Input } from "./common.ts";
import { json, line, prose, TEXT_BYTES } from "./texts.ts";

const errorFields = {
  /** A word for programs, 1 to 64 characters. Default `failed`. */
  code: line(64).optional(),
  /** What happened, in words; at most 262,144 bytes. */
  message: prose(),
  /** More for programs, at most 262,144 bytes of JSON. Default: none. */
  details: limited(json.optional(), { "x-max-bytes": LIMITS.resultBytes }),
};

/** A failure as a caller reports it. */
export interface ErrorParams extends Input<typeof errorFields> {}

const fields = z.strictObject(errorFields, accepting("a text or an object with message, code? and details?"));

/** A failure as a caller reports it: text, or {code?, message, details?}. Code `failed` if none is given. Source: spec/domain.md 2.10. */
export const errorInfo = limited(
  z
    .preprocess(
      (given: string | ErrorParams) => (typeof given === "string" ? { message: given } : given),
      fields,
    )
    .check(
      atMost(LIMITS.resultBytes, "has # bytes of details", ({ details }) =>
        details === undefined ? 0 : bytes(JSON.stringify(details)),
      ),
    )
    .transform(({ code = "failed", message, details }): ErrorInfo => {
      if (details === undefined) return { code, message };
      return { code, message, details: JSON.parse(JSON.stringify(details)) as Json };
    }),
  { orText: { maxLength: TEXT_BYTES, "x-max-bytes": TEXT_BYTES } },
);
