import type { Envelope } from "../../machines/messages/envelope.ts";
import type { Due } from "../../store/store.ts";

/** The message for something whose moment has come; its keeper looks whether it still has. Source: 3-runtime.md 3.4. */
export function timerOf(due: Due): Envelope {
  const base = { to: due.actor, from: null, reply: null, by: null, cause: 0, row: 0, attempt: 0 } as const;
  switch (due.kind) {
    case "task":
      return { ...base, message: { type: "timer.task", task: due.task } };
    case "delegation":
      return { ...base, message: { type: "timer.delegation", task: due.task, delegation: due.delegation } };
    case "instance":
      return { ...base, message: { type: "timer.instance" } };
  }
}
