import { EXIT } from "../failures/exit-codes.ts";
import { wholeList } from "../output.ts";
import type { CommandSpec } from "../parse/spec.ts";
import { findingLines } from "../render/doctor.ts";

/** `doctor`: every invariant that a query can check. Exit 9 when one is broken. Source: spec/reliability.md 8.1. */
export const doctorCommand: CommandSpec = {
  path: ["doctor"],
  summary: "Check the data against every rule",
  act: async (context) =>
    await context.reads(async (hopper) => {
      const items = await hopper.doctor();
      const broken = items.filter((finding) => finding.broken.length > 0);
      await context.show({
        body: wholeList(items),
        items,
        lines: (look) => findingLines(items, look),
        named: broken.map(({ check }) => ({ id: check })),
      });
      return broken.length === 0 ? EXIT.ok : EXIT.damaged;
    }),
};
