import type { Instance } from "../../machines/records/instance.ts";
import type { Store } from "../../store/store.ts";

/**
 * Makes the turns of one instance throw while it is named: each looks at the status of its instance. It works from the
 * moment the instance is read from the store, so after a crash and a restart.
 */
export class Trap {
  /** The name of the instance whose turns throw; null = none. */
  name: string | null = null;

  readonly wrap = (store: Store): Store =>
    Object.setPrototypeOf(
      {
        actor: async (no: number) => {
          const rows = await store.actor(no);
          return rows === null ? null : { ...rows, instance: this.#trapped(rows.instance) };
        },
      },
      store,
    ) as Store;

  #trapped(row: Instance): Instance {
    const trapped = { ...row };
    let { status } = row;
    return Object.defineProperty(trapped, "status", {
      enumerable: true,
      get: () => {
        if (this.name === trapped.name) throw new Error("a turn with a fault");
        return status;
      },
      set: (next: Instance["status"]) => {
        status = next;
      },
    });
  }
}
