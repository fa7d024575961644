import type { Line } from "./mutant.ts";

/** What the rules decide. */
export const MACHINES: readonly Line[] = [
  [
    "machines/policies/held.ts",
    'return ["room", "anything", "unsure"];',
    "return [];",
    "what waited for a child that ends is decided anew (2.6)",
    "machines/policies.test.ts",
  ],
  [
    "machines/routing/screening.ts",
    'if (task.chain.includes(entry.child)) return "in_chain";',
    "",
    "nobody gets what came from it (2.6)",
    "machines/routing-candidates.test.ts",
  ],
  [
    "machines/routing/screening.ts",
    "for (const no of task.refusedBy) look(roster.get(no));",
    "",
    "who refused and is full is told apart (2.6)",
    "machines/routing-candidates.test.ts",
  ],
  [
    "machines/routing/ranking.ts",
    "if (a.load !== b.load) return a.load - b.load;",
    "",
    "the least busy is chosen (2.6)",
    "machines/routing-candidates.test.ts",
  ],
  [
    "machines/routing/roster.ts",
    "this.#ownOpen += entry.ownOpen - filed.ownOpen;",
    "",
    "an ephemeral instance stays while something is open below it (2.2)",
    "machines/routing-roster.test.ts",
  ],
  [
    "machines/queues/worker-queue.ts",
    "if (Number(first.notBefore) > now) break;",
    "",
    "nothing is claimable before its moment (K3)",
    "machines/queues/worker-queue.test.ts",
  ],
  [
    "machines/queues/worker-queue.ts",
    "if (filed(tag) < filed(rarest)) rarest = tag;",
    "if (filed(tag) > filed(rarest)) rarest = tag;",
    "a claim by capabilities costs the same over a long queue",
    "machines/queues/worker-queue.test.ts",
  ],
  [
    "machines/queues/sorted-blocks.ts",
    "return block[place + 1] ?? this.#blocks[at + 1]?.[0];",
    "return block[place + 1];",
    "a walk does not end where a block does",
    "machines/queues/sorted-blocks.test.ts",
  ],
  [
    "machines/policies/naming.ts",
    "characters(name) > LIMITS.nameChars",
    "characters(name) > 10_000",
    "a generated name is one that is accepted (2.1)",
    "machines/naming.test.ts",
  ],
  [
    "machines/scopes/contained.ts",
    "if (!HELD.includes(decision.held))",
    "if (decision.held === 0)",
    "a behavior holds a task for a reason there is (2.6)",
    "machines/scopes-contained.test.ts",
  ],
  [
    "machines/policies/failure.ts",
    'return arrivedBy === "escalate" && decision.action === "hold";',
    "return false;",
    "with nobody left it fails with its first error (2.7)",
    "machines/policies.test.ts",
  ],
];
