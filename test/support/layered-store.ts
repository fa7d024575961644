import type { Store } from "../../store/store.ts";

/** The store with some of it replaced; what else it can do (its bytes, its connection) stays there. */
export function layered(store: Store, layer: Partial<Store>): Store {
  return Object.setPrototypeOf(layer, store) as Store;
}
