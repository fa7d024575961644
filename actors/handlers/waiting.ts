import type { Turn } from "../engine/turn.ts";

/** Answers all who wait for a drain, or for the end of an instance, with how it is now. */
export function releaseWaiting(turn: Turn): void {
  const { instance } = turn;
  const { waiting } = instance;
  if (waiting.length === 0) return;
  instance.waiting = [];
  turn.touchInstance();
  for (const reply of waiting) turn.answerTo(reply, { kind: "instance", instance: { ...instance } });
}
