import { rename, rm } from "node:fs/promises";

/**
 * Puts a finished build where the earlier one is. The earlier one is moved aside and back again if that fails; it is
 * removed, which takes long, only when the new one stands: without a build, there is no more than a moment between two
 * renames.
 */
export async function putInPlace({ fresh, dist }: { fresh: string; dist: string }): Promise<void> {
  const old = `${dist}.old`;
  await rm(old, { recursive: true, force: true });
  const had = await moved(dist, old);
  try {
    await rename(fresh, dist);
  } catch (error) {
    if (had) await rename(old, dist);
    throw error;
  }
  await rm(old, { recursive: true, force: true });
}

/** false = there was nothing to move. */
async function moved(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}
