import { describe, expect, it } from "vitest";
import { hopper, HopperError, paramsOf } from "./support/fake.ts";
import { chainView, instanceView, list, NO_TASKS, taskView, treeView } from "./support/views.ts";

const ADDED = {
  "tasks.add": taskView(),
  "tasks.get": taskView({ instanceId: null }),
  "tasks.delegations": chainView([]),
  "tasks.attempts": list([]),
};

describe("a verb about several", () => {
  const of = (id: string) => taskView({ id, ref: id, status: "cancelled" });
  const answers = {
    "tasks.cancel": (id: string) => {
      if (id === "T-3") throw new HopperError("not_found", 404, "there is no task T-3", { field: "id" });
      return of(id);
    },
    "tasks.get": of,
  };

  it("does it to one after the other, and shows each", async () => {
    const ran = await hopper(["task", "cancel", "T-1", "T-2", "--reason", "r"], { answers });
    expect(ran).toMatchObject({ code: 0, out: "T-1 cancelled\nT-2 cancelled\n" });
    expect(ran.calls.filter(([verb]) => verb === "tasks.cancel").map(([, id]) => id)).toEqual(["T-1", "T-2"]);
    const json = await hopper(["task", "cancel", "T-1", "T-2", "--json"], { answers });
    expect(JSON.parse(json.out)).toMatchObject({ items: [{ ref: "T-1" }, { ref: "T-2" }], has_more: false });
    const one = await hopper(["task", "cancel", "T-1", "--json"], { answers });
    expect(JSON.parse(one.out)).toMatchObject({ ref: "T-1" });
  });

  it("ends with the first that is refused, and shows those before it", async () => {
    const ran = await hopper(["task", "cancel", "T-1", "T-3", "T-2"], { answers });
    expect(ran).toMatchObject({ code: 3, out: "T-1 cancelled\n" });
    expect(ran.err).toContain("there is no task T-3");
    expect(ran.calls.filter(([verb]) => verb === "tasks.cancel")).toHaveLength(2);
  });
});

describe("what is given", () => {
  it("as a result is JSON where it is some, else a text, and it is said which", async () => {
    const answers = { "tasks.complete": taskView(), "tasks.get": taskView({ status: "done" }) };
    const text = await hopper(["task", "complete", "T-1", "--result", "all good"], { answers });
    expect(paramsOf(text, "tasks.complete")[1]).toMatchObject({ result: "all good" });
    expect(text.err).toBe('the result is the text "all good"\n');
    const json = await hopper(["task", "complete", "T-1", "--result", '{"n":1}'], { answers });
    expect(paramsOf(json, "tasks.complete")[1]).toMatchObject({ result: { n: 1 } });
    expect(json.err).toBe("");
  });

  it("as several tags may be written with commas", async () => {
    const ran = await hopper(["task", "add", "x", "-t", "a, b", "-t", "c"], { answers: ADDED });
    expect(paramsOf(ran, "tasks.add")[0]).toMatchObject({ tags: ["a", "b", "c"] });
    const odd = await hopper(["task", "add", "x", "-t", "a,,b"], { answers: ADDED });
    expect(paramsOf(odd, "tasks.add")[0]).toMatchObject({ tags: ["a,,b"] });
  });
});

describe("instance terminate --cascade", () => {
  const below = treeView({ name: "webapp", counts: { ...NO_TASKS, queued: 2, done: 5 } }, [
    treeView({ name: "one", counts: { ...NO_TASKS, claimed: 1 } }),
    treeView({ name: "two" }),
  ]);
  const answers = {
    "instances.hierarchy": below,
    "instances.terminate": instanceView({ status: "terminated" }),
    "instances.get": instanceView({ status: "terminated" }),
  };
  const line = ["instance", "terminate", "webapp", "--cascade"];
  const warning = "ends webapp and 2 instances below it; 3 open tasks there: given back, or cancelled";
  const sent = (ran: { calls: readonly (readonly unknown[])[] }) =>
    ran.calls.filter(([verb]) => verb === "instances.terminate").map(([, , params]) => params);

  it("says what it ends, and asks nobody where there is no terminal, or with --yes", async () => {
    const ran = await hopper(line, { answers });
    expect(ran).toMatchObject({ code: 0, out: "webapp (PROJECT) [terminated]\n", err: `${warning}\n` });
    expect(sent(ran)).toEqual([{ by: "cli:ada", cascade: true }]);
    const yes = await hopper([...line, "--yes"], { answers, says: "no" });
    expect(yes).toMatchObject({ code: 0, err: `${warning}\n` });
    expect(sent(yes)).toEqual([{ by: "cli:ada", cascade: true }]);
  });

  it.each([
    ["y", 0, 1],
    ["Yes", 0, 1],
    ["", 1, 0],
    ["n", 1, 0],
    ["yesterday", 1, 0],
  ])("asks on a terminal: %j", async (says, code, times) => {
    const ran = await hopper(line, { answers, says });
    expect(ran.code).toBe(code);
    expect(sent(ran)).toHaveLength(times);
    expect(ran.err).toContain(`${warning}\ngo on? [y/N] `);
    expect(ran.err.endsWith("webapp was left as it is\n")).toBe(code === 1);
  });

  it("asks nothing where nothing else ends", async () => {
    const alone = { ...answers, "instances.hierarchy": treeView({ name: "webapp" }) };
    expect(await hopper(line, { answers: alone, says: "n" })).toMatchObject({ code: 0, err: "" });
    const plain = await hopper(["instance", "terminate", "webapp"], { answers, says: "n" });
    expect(plain).toMatchObject({ code: 0, err: "" });
  });
});
