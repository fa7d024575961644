import { describe, expect, test } from "vitest";
import { Directory } from "../../../src/door/directory.ts";
import { anEntry, anInstance } from "../../support/view-given.ts";

const names = (entries: readonly { name: string }[]) => entries.map(({ name }) => name);

describe("the directory", () => {
  test("finds an instance by number, id and name", () => {
    const directory = new Directory([anEntry(1, "global"), anEntry(2, "webapp")]);
    expect([...directory.live()]).toHaveLength(2);
    expect(directory.byNo(2)?.name).toBe("webapp");
    expect(directory.byId("id-2")?.name).toBe("webapp");
    expect(directory.byName("webapp")?.no).toBe(2);
    expect(directory.byNo(3)).toBeUndefined();
    expect(directory.byId("webapp")).toBeUndefined();
    expect(directory.byName("id-2")).toBeUndefined();
  });

  test("says ids and names for views; the desk and nobody have none", () => {
    const directory = new Directory([anEntry(1, "global")]);
    expect(directory.idOf(1)).toBe("id-1");
    expect(directory.idOf(0)).toBeNull();
    expect(directory.idOf(null)).toBeNull();
    expect(() => directory.idOf(9)).toThrow("instance 9 is not in the directory");
    expect(directory.nameOf(1)).toBe("global");
    expect(directory.nameOf(9)).toBe("instance 9");
  });

  test("takes the rows of a commit, and keeps of them what it needs", () => {
    const directory = new Directory();
    directory.upsert(anInstance({ status: "created" }));
    directory.upsert(anInstance({ status: "running", version: 4 }));
    expect(directory.byNo(1)).toEqual(anEntry(1, "global"));
    const before = directory.byNo(1);
    directory.upsert(anInstance({ version: 5 }));
    expect(directory.byNo(1)).toBe(before);
  });

  test("gives the name of a terminated instance to the next", () => {
    const directory = new Directory([anEntry(1, "global"), anEntry(2, "webapp")], () =>
      anEntry(2, "webapp", { status: "terminated" }),
    );
    directory.upsert(anEntry(2, "webapp", { status: "terminated" }));
    expect(names([...directory.live()])).toEqual(["global"]);
    expect(directory.liveChildren(1)).toEqual([]);
    expect(directory.byName("webapp")).toBeUndefined();
    expect(directory.byId("id-2")?.status).toBe("terminated");
    directory.upsert(anEntry(3, "webapp"));
    expect(directory.byName("webapp")?.no).toBe(3);
  });

  test("gets right who has which name when one commit frees and takes it, in either order", () => {
    const freedLast = new Directory([anEntry(2, "webapp")]);
    freedLast.upsert(anEntry(3, "webapp"));
    freedLast.upsert(anEntry(2, "webapp", { status: "terminated" }));
    expect(freedLast.byName("webapp")?.no).toBe(3);
    const swapped = new Directory([anEntry(2, "a"), anEntry(3, "b")]);
    swapped.upsert(anEntry(2, "b"));
    swapped.upsert(anEntry(3, "a"));
    expect([swapped.byName("a")?.no, swapped.byName("b")?.no]).toEqual([3, 2]);
  });

  test("knows the tree in order of creation", () => {
    const directory = new Directory([
      anEntry(1, "global"),
      anEntry(2, "zeta"),
      anEntry(3, "alpha"),
      anEntry(4, "worker", { parent: 3, scope: "ORCHESTRATION" }),
      anEntry(5, "other", { parent: null, root: 5, scope: "GLOBAL", status: "terminated" }),
    ]);
    expect(names(directory.liveChildren(1))).toEqual(["zeta", "alpha"]);
    expect(directory.liveChildren(4)).toEqual([]);
    expect(names(directory.liveRoots("GLOBAL"))).toEqual(["global"]);
    expect(names(directory.ancestors(4))).toEqual(["alpha", "global"]);
    expect(directory.ancestors(1)).toEqual([]);
    expect(directory.ancestors(99)).toEqual([]);
    expect([...directory.live()]).toHaveLength(4);
  });

  test("forgets those that have ended, and looks up the one that is named", () => {
    const asked: unknown[] = [];
    const ended = anEntry(2, "webapp", { status: "terminated" });
    const directory = new Directory([anEntry(1, "global")], (by) => {
      asked.push(by);
      return "id" in by && by.id === "other" ? undefined : ended;
    });
    for (let no = 10; no < 2_000; no += 1) {
      directory.upsert(anEntry(no, `run-${no}`));
      directory.upsert(anEntry(no, `run-${no}`, { status: "terminated" }));
    }
    expect([directory.byNo(1_999)?.name, asked]).toEqual(["run-1999", []]);
    expect([directory.byNo(2)?.name, directory.byNo(2)?.name]).toEqual(["webapp", "webapp"]);
    expect(asked).toEqual([{ no: 2 }]);
    directory.byNo(10);
    expect([directory.byId("id-2")?.no, directory.named("other")]).toEqual([2, undefined]);
    expect(directory.endedNamed("webapp")?.no).toBe(2);
    expect(asked.slice(1)).toEqual([{ no: 10 }, { id: "id-2" }, { id: "other" }, { ended: "webapp" }]);
  });

  test("is renewed by those that are live now", () => {
    const directory = new Directory([anEntry(1, "global"), anEntry(2, "webapp"), anEntry(3, "api")]);
    directory.renew([anEntry(1, "global"), anEntry(3, "web"), anEntry(4, "webapp")]);
    expect(names(directory.liveChildren(1))).toEqual(["web", "webapp"]);
    expect([directory.byNo(2), directory.byName("webapp")?.no, directory.byName("api")]).toEqual([
      undefined,
      4,
      undefined,
    ]);
  });

  test("follows a parent only as far as it is known", () => {
    const directory = new Directory([anEntry(2, "lost", { parent: 77 })]);
    expect(directory.ancestors(2)).toEqual([]);
  });

  test("suggests names of live instances only", () => {
    const directory = new Directory([
      anEntry(1, "webapp"),
      anEntry(2, "webapi"),
      anEntry(3, "webapx", { status: "terminated" }),
      anEntry(4, "database"),
    ]);
    expect(directory.nearestNames("webap")).toEqual(["webapi", "webapp"]);
    expect(directory.nearestNames("webap", 1)).toEqual(["webapi"]);
  });
});
