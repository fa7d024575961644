import * as z from "zod";
import type { ErrorInfo, Json } from "../../machines/records/values.ts";
import { LIMITS } from "../../machines/settings.ts";
import { accepting, line, prose, reject } from "./common.ts";

const fields = z.strictObject(
  {
    code: line(64).optional(),
    message: prose(),
    details: z.unknown().optional(),
  },
  accepting("a text or an object with message, code? and details?"),
);

/** A failure as a caller reports it: text, or {code?, message, details?}. Code `failed` if none is given. Source: 2-domain.md 2.10. */
export const errorInfo = z
  .preprocess((given) => (typeof given === "string" ? { message: given } : given), fields)
  .transform(({ code = "failed", message, details }, context): ErrorInfo => {
    if (details === undefined) return { code, message };
    const text = JSON.stringify(details);
    const bytes = Buffer.byteLength(text);
    if (bytes > LIMITS.resultBytes) {
      return reject(
        context,
        details,
        `has ${bytes} bytes of details; at most ${LIMITS.resultBytes} are accepted`,
      );
    }
    return { code, message, details: JSON.parse(text) as Json };
  });
