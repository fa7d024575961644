import { describe, expect, test } from "vitest";
import type { Given } from "./store-chapter.ts";
import { givenHop, givenTask } from "./store-given.ts";

/** Numbers and ids lead to each other, and a task to its keeper. */
export function addressesConform(given: Given): void {
  describe("addresses", () => {
    test("the number of a task and of a delegation is found by its id, in any case", async () => {
      await given.commit({ tasks: { added: [givenTask(1)] }, delegations: { added: [givenHop(1)] } });
      const { queries } = given.store;
      const { keeper } = givenTask(1);
      expect(await queries.taskAddress(givenTask(1).id.toUpperCase())).toEqual({ no: 1, keeper });
      expect(await queries.taskAddress(1)).toEqual({ no: 1, keeper });
      expect(await queries.delegationNo(givenHop(1).id)).toBe(1);
      expect(await queries.taskAddress(givenTask(2).id)).toBeNull();
      expect(await queries.taskAddress(2)).toBeNull();
      expect(await queries.taskAddress("T-1")).toBeNull();
      expect(await queries.idsOf("task", [1, 2, 1])).toEqual(new Map([[1, givenTask(1).id]]));
      expect(await queries.idsOf("delegation", [1, 2])).toEqual(new Map([[1, givenHop(1).id]]));
      expect(await queries.idsOf("task", [])).toEqual(new Map());
      expect(await queries.delegationNo("")).toBeNull();
    });

    test("the address of a task follows its keeper with each commit, and stays where one was refused", async () => {
      const [first, second] = [givenTask(1), givenTask(2)];
      const moved = { ...first, keeper: 5, holder: 5, version: 2 };
      await given.commit({ tasks: { added: [first] } });
      await given.commit({ tasks: { moved: [moved] } });
      const { queries } = given.store;
      const refused = {
        added: [second],
        moved: [{ ...moved, keeper: 4, holder: 4, version: 3 }, givenTask(9)],
      };
      await expect(given.commit({ tasks: refused })).rejects.toMatchObject({ kind: "constraint" });
      expect(await queries.taskAddress(first.id)).toEqual({ no: 1, keeper: 5 });
      expect(await queries.taskAddress(second.id)).toBeNull();
      await given.commit({ tasks: { edited: [{ ...moved, keeper: 3, holder: 3, version: 3 }] } });
      const byEveryReference = () =>
        Promise.all(
          [first.id, first.id.toUpperCase(), 1].map(
            async (task) => await given.store.queries.taskAddress(task),
          ),
        );
      const address = { no: 1, keeper: 3 };
      expect(await byEveryReference()).toEqual([address, address, address]);
      await given.reopen();
      expect(await byEveryReference()).toEqual([address, address, address]);
    });
  });
}
