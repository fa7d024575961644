import type { Line } from "./mutant.ts";

/** Bugs that an earlier gate let through when they were planted. */
export const SURVIVED: readonly Line[] = [
  [
    "machines/records/task.ts",
    "if (isFinal(task.status)) return null;\n  let due",
    "if (isFinal(task.status) || task.pendingHop !== null) return null;\n  let due",
    "a deadline comes while the task is on offer (2.5)",
    "actors/moments.test.ts",
  ],
  [
    "machines/records/task.ts",
    "let due = task.deadlineAt;",
    'let due = task.status === "blocked" ? null : task.deadlineAt;',
    "a deadline comes while the task is blocked (2.5)",
    "actors/moments.test.ts",
  ],
  [
    "actors/engine/stored-mail.ts",
    "this.#waiting = this.#waiting.filter(({ row }) => !done.has(row));",
    "this.#waiting = [];",
    "a stored message is handled, whatever became of the batch before (M3)",
    "actors/in-pieces.test.ts",
  ],
  [
    "src/door/event-reader.ts",
    "if (!page.more) await lifetime.wait(follower.bell, { signal });",
    "if (!page.more) {\n          follower.bell.reset();\n          await lifetime.wait(follower.bell, { signal });\n        }",
    "what is committed between a page and the wait for more is heard",
    "src/closing.test.ts",
  ],
  [
    "actors/handlers/roster.ts",
    "if (!actor.newsDue && room > 0 === actor.toldRoom > 0) return null;",
    "if (!actor.newsDue) return null;",
    "a child that has room again says so (V1)",
    "actors/capacity.test.ts",
  ],
  [
    "actors/handlers/tasks.ts",
    "if (isUndecided(task)) settleHere(turn, task);\n    },\n  },\n};",
    "},\n  },\n};",
    "the auditor's question is acted on (3.4)",
    "actors/moments.test.ts",
  ],
  [
    "actors/engine/recovery.ts",
    "if (envelope.reply === null || envelope.row > 0) host.putBack(envelope);",
    "if (envelope.reply === null) continue;\n    if (envelope.row > 0) host.putBack(envelope);",
    "what the runtime says itself survives a batch that had no room",
    "actors/auditor.test.ts",
  ],
  [
    "store/open.ts",
    "    fsyncSync(folder);\n",
    "",
    "a new store is on the disk when it is answered",
    "store/new-file.test.ts",
  ],
];
