import type { OpenParams } from "../io.ts";
import type { Hopper } from "./library.ts";

/**
 * Opens a store with the library, which is loaded here and not earlier. Does not wait for
 * another owner: that would block the process; who calls this tries again.
 */
export async function openStore({ store, mode, config }: OpenParams): Promise<Hopper> {
  const { createHopper } = await import("../../src/index.ts");
  return await createHopper({ store, mode, sources: config, lockWaitMs: 0 });
}
