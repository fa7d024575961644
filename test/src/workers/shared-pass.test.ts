import { describe, expect, it, vi } from "vitest";
import { SharedPass } from "../../../src/workers/shared-pass.ts";

describe("a shared pass", () => {
  it("serves all calls during a pass with one more after it", async () => {
    const gates: (() => void)[] = [];
    const over = vi.fn<() => void>();
    const shared = new SharedPass(() => new Promise<void>((resolve) => void gates.push(resolve)), over);
    expect(shared.over).toBeNull();
    const calls = [shared.run(), shared.run(), shared.run()];
    expect(gates).toHaveLength(1);
    gates[0]?.();
    await vi.waitFor(() => expect(gates).toHaveLength(2));
    expect(over).not.toHaveBeenCalled();
    gates[1]?.();
    await Promise.all(calls);
    expect(gates).toHaveLength(2);
    expect(over).toHaveBeenCalledTimes(1);
    expect(shared.over).toBeNull();
  });

  it("is over, and can be made again, after one that failed", async () => {
    const passes = vi
      .fn<() => Promise<void>>()
      .mockRejectedValueOnce(new Error("no store"))
      .mockResolvedValue();
    const over = vi.fn<() => void>();
    const shared = new SharedPass(passes, over);
    await expect(shared.run()).rejects.toThrow("no store");
    await shared.run();
    expect([passes.mock.calls.length, over.mock.calls.length]).toEqual([2, 2]);
  });
});
