import { describe, expect, it } from "vitest";
import { Inbox } from "../../actors/engine/inbox.ts";
import { envelopeOf } from "../../actors/engine/mailbox.ts";
import { LIMITS } from "../../machines/settings.ts";
import type { Envelope } from "../../machines/messages/envelope.ts";

const progress = (to: number, task: number): Envelope => envelopeOf(to, { type: "task.audit", task });
const work = (to: number): Envelope => envelopeOf(to, { type: "task.create", spec: {} } as never);
const batchOf = (records: number, chars = 0) => ({ records, chars });

function numbers(inbox: Inbox, count: number): unknown[] {
  return Array.from({ length: count }, () => {
    const message = inbox.take()?.message;
    return message === undefined ? null : "task" in message ? message.task : "work";
  });
}

describe("commands of the doors that wait", () => {
  it("given what moves work waits, then it goes first, and one in eight is new work", () => {
    const inbox = new Inbox();
    for (const to of [3, 4]) inbox.add(work(to), "work");
    for (let task = 1; task <= 9; task += 1) inbox.add(progress(3, task), "progress");
    expect(inbox.size).toBe(11);
    expect(numbers(inbox, 12)).toEqual([1, 2, 3, 4, 5, 6, 7, "work", 8, 9, "work", null]);
  });

  it("given a moment is due, then what may prevent it is taken by itself", () => {
    const inbox = new Inbox();
    inbox.add(work(3), "work");
    for (let task = 1; task <= 3; task += 1) inbox.add(progress(3, task), "progress");
    expect(inbox.takeProgress(2).map(({ message }) => message)).toMatchObject([{ task: 1 }, { task: 2 }]);
    expect(inbox.takeProgress(5)).toHaveLength(1);
    expect(inbox.size).toBe(1);
  });

  it("given a batch, then it counts as many as it has, until it is taken", () => {
    const inbox = new Inbox();
    for (let batch = 0; batch < LIMITS.mailbox / 1_000; batch += 1)
      inbox.add(work(0), "work", batchOf(1_000));
    const refused = expect.objectContaining({
      code: "overloaded",
      detail: expect.stringContaining("10000 commands"),
    });
    expect(() => inbox.add(work(0), "work")).toThrow(refused);
    inbox.add(work(3), "work");
    inbox.add(progress(0, 1), "progress");
    numbers(inbox, 3);
    inbox.add(work(0), "work");
  });

  it("given a batch for others than who is asked, then it counts at each of them", () => {
    const inbox = new Inbox();
    const keepers = new Map([
      [3, LIMITS.mailbox - 1],
      [4, 1],
    ]);
    inbox.add(work(0), "work", { records: LIMITS.mailbox, keepers, chars: 0 });
    inbox.add(work(3), "work");
    const full = expect.objectContaining({ code: "overloaded" });
    expect(() => inbox.add(work(3), "work")).toThrow(full);
    const both = new Map([
      [3, 1],
      [4, 1],
    ]);
    expect(() => inbox.add(work(0), "work", { records: 2, keepers: both, chars: 0 })).toThrow(full);
    inbox.add(work(4), "work");
    inbox.add(work(0), "work");
    numbers(inbox, 1);
    inbox.add(work(0), "work", { records: 2, keepers: both, chars: 0 });
  });

  it("given the process has as many as it may, then there is room once they are taken", () => {
    const inbox = new Inbox();
    const fill = (): void => {
      for (let to = 1; to <= LIMITS.inbox / 1_000; to += 1) inbox.add(work(to), "work", batchOf(1_000));
    };
    fill();
    expect(() => inbox.add(work(900), "work")).toThrow(expect.objectContaining({ code: "overloaded" }));
    numbers(inbox, LIMITS.inbox / 1_000);
    fill();
    expect(inbox.size).toBe(LIMITS.inbox / 1_000);
  });

  it("given their texts are long, then new work is refused by what they take of memory, and a single one never is", () => {
    const inbox = new Inbox();
    const quarter = batchOf(1, LIMITS.inboxBytes / 8);
    inbox.add(work(3), "work", batchOf(1, LIMITS.inboxBytes));
    expect(() => inbox.add(work(4), "work", batchOf(1, 1))).toThrow(
      expect.objectContaining({ code: "overloaded", detail: expect.stringContaining("128 MiB") }),
    );
    numbers(inbox, 1);
    for (let to = 1; to <= 4; to += 1) inbox.add(work(to), "work", quarter);
    expect(() => inbox.add(work(5), "work", quarter)).toThrow(
      expect.objectContaining({ code: "overloaded" }),
    );
    inbox.add(work(5), "work");
  });
});
