import { createHopper } from "../../src/index.ts";
import { urlOf } from "./w3-world.ts";

/**
 * Lets Hopper's doctor look at what an engine left behind: rows that are not what their journal tells, a broken rule.
 *
 * @throws Error naming the first rule that is broken; the figures of such an engine mean nothing.
 */
export async function refuseUnsound(file: string): Promise<void> {
  const hopper = await createHopper({ store: urlOf(file) });
  const ill = (await hopper.doctor()).find(({ broken }) => broken.length > 0);
  await hopper.close();
  if (ill !== undefined) {
    const { check, rule, broken } = ill;
    throw new Error(`${check} (${rule}) is broken ${broken.length} times: ${JSON.stringify(broken[0])}`);
  }
}
