import type { Clock, Ids, Log } from "../../actors/engine/environment.ts";
import { HopperError } from "../../machines/errors.ts";
import { openStore, type OpenOptions } from "../../store/open.ts";
import { StoreError, type StoreErrorKind } from "../../store/store-error.ts";
import { CommitError, pathOf, type Store } from "../../store/store.ts";
import { given } from "../contracts/given.ts";

interface OpenParams {
  /** `sqlite:PATH` or `sqlite::memory:`; nothing = no store was named. */
  readonly store: string | null;
  readonly mode?: "own" | "read" | undefined;
  readonly lockWaitMs?: number | undefined;
  readonly onUpgrade?: OpenOptions["onUpgrade"] | undefined;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Opens the store of this address. @throws HopperError bad_configuration: none is named. @throws StoreError it cannot be opened. */
export async function openNamed(params: OpenParams): Promise<Store> {
  const { store, mode = "own", lockWaitMs, onUpgrade, clock, ids } = params;
  if (store === null) {
    const detail = "No store is named; give `store`, e.g. sqlite:work.db or sqlite::memory:.";
    throw new HopperError("bad_configuration", detail, {});
  }
  return await openStore({
    url: store,
    mode,
    clock,
    ids: { uuid: () => ids.uuid(clock.now()) },
    sleep: (ms) => new Promise((resolve) => clock.at(clock.now() + ms, resolve, "awaited")),
    ...given({ lockWaitMs, onUpgrade }),
  });
}

/** Closes the store; one that fails now is left as it is: all that was answered stands in its log. */
export async function letGo(store: Store, log: Log, first?: "checkpoint"): Promise<void> {
  try {
    if (first === "checkpoint") await store.checkpoint();
    return await store.close();
  } catch (error) {
    log.error(
      { error: String(error) },
      "the store could not be closed in order; its log is read when it is opened",
    );
  }
  await store.abandon();
}

const WHY: Readonly<Partial<Record<CommitError["kind"], readonly [StoreErrorKind, string]>>> = {
  full: ["full", "is on a disk that is full, 1 MiB is needed"],
  busy: ["locked", "is busy"],
  io: ["failed", "has failed"],
};

/** Why nothing could be begun on a store that was opened: as if it could not have been opened. */
export function whyNotBegun(store: Store, error: unknown): unknown {
  const damage = store.damageBehind(error);
  if (damage !== null) return damage;
  const why = error instanceof CommitError ? WHY[error.kind] : undefined;
  if (why === undefined) return error;
  const path = pathOf(store);
  return new StoreError(why[0], path, `${path} ${why[1]} (${(error as Error).message})`, { cause: error });
}
