import type { Context } from "../context.ts";
import { EXIT } from "../failures/exit-codes.ts";
import { damagedFile } from "../failures/store-failure.ts";
import { examineDamaged, type DoctorFinding } from "../library/library.ts";
import { wholeList } from "../output.ts";
import type { CommandSpec } from "../parse/spec.ts";
import { findingLines } from "../render/doctor.ts";

/** `doctor`: every invariant that a query can check. Exit 9 when one is broken. Source: spec/reliability.md 8.1. */
export const doctorCommand: CommandSpec = {
  path: ["doctor"],
  summary: "Check the data against every rule",
  act: async (context) => {
    const items = await context
      .reads((hopper) => hopper.doctor())
      .catch(async (error: unknown) => {
        return await findingsOf(error, context);
      });
    const broken = items.filter((finding) => finding.broken.length > 0);
    await context.show({
      body: wholeList(items),
      items,
      lines: (look) => findingLines(items, look),
      named: broken.map(({ check }) => ({ id: check })),
    });
    return broken.length === 0 ? EXIT.ok : EXIT.damaged;
  },
};

/** A store that is too damaged to be opened is looked at as far as it can be read. Throws the failure where it cannot. */
async function findingsOf(failure: unknown, context: Context): Promise<DoctorFinding[]> {
  const path = damagedFile(failure);
  if (path === null) throw failure;
  const found = await examineDamaged(path).catch(() => null);
  if (found === null) throw failure;
  context.remark(`note: ${(failure as Error).message}; what can be read of it is checked all the same`);
  return found;
}
