import { apart } from "../contracts/abortable.ts";
import { check } from "../contracts/check.ts";
import { claimTasks, type ClaimParams } from "../contracts/instances.ts";
import type { Door } from "../door/door.ts";
import type { Poll, Polls } from "../door/polls.ts";
import { keyOf, nameOf, type Routed } from "../door/repeats.ts";
import type { Claim } from "../views/views.ts";

interface ClaimDoor {
  readonly door: Door;
  readonly polls: Polls;
}

/**
 * Claims now, or, with `waitSeconds`, as soon as there is something to claim. `in process`: for a worker that lives and dies
 * with the owner of the store, whose leases the next owner ends at once.
 */
export async function claim(
  { door, polls }: ClaimDoor,
  id: string,
  params: ClaimParams,
  kind: "worker" | "in process" = "worker",
): Promise<Claim[]> {
  const [signal, asked] = apart(params);
  const checked = check(claimTasks, asked);
  const until = door.clock.monotonic() + checked.waitMs;
  const claims = {
    type: "instance.claim",
    workerId: checked.workerId,
    leaseMs: checked.leaseMs ?? door.settings.workers.leaseMs,
    max: checked.max,
    capabilities: checked.capabilities,
    ...(kind === "worker" ? { kind } : { kind: "own" as const, withoutCommand: true }),
  } as const;
  const key = keyOf(checked);
  const sameRequest = key === null ? null : nameOf(key);
  let poll = undefined as Poll | undefined;
  const route = (): Routed => {
    const to = door.instance(id).no;
    poll ??= polls.join(to, checked.capabilities, sameRequest);
    poll.asks();
    return { to, command: { ...claims, waits: door.clock.monotonic() < until } };
  };
  try {
    for (;;) {
      signal?.throwIfAborted();
      // However often it is asked, it is one request.
      const answer = await door.ask("claims", { verb: "instances.claim", id, asked: checked }, route);
      if (!answer.forNow) {
        if (answer.claims.length > 0) poll?.served();
        return await door.claimViews(answer.claims);
      }
      // Another one with this key was told so: now it asks itself.
      if (poll === undefined) continue;
      const within = until - door.clock.monotonic();
      await door.lifetime.wait(poll.sleeps({ nextAt: answer.nextAt, othersMay: answer.othersMay === true }), {
        within,
        signal,
      });
    }
  } finally {
    poll?.leaves();
  }
}
