import { describe, expect, test } from "vitest";
import { rankCandidates, type Ranking } from "../../machines/routing/router.ts";
import type { RoutableTask } from "../../machines/routing/routable-task.ts";
import type { RosterEntry } from "../../machines/records/instance.ts";
import { givesWorkTo } from "../../machines/legality.ts";
import { LIMITS } from "../../machines/settings.ts";
import { child, fates, task, view } from "../support/routing-given.ts";

function rank(roster: readonly RosterEntry[], given: Partial<RoutableTask> = {}): Ranking {
  const { project, ...others } = given;
  return rankCandidates(view("GLOBAL", roster), task(others), {
    scopes: givesWorkTo("GLOBAL"),
    named: project ?? null,
  });
}

const REACT = child(2, "webapp", { capabilities: ["frontend", "react"] });
const NODE = child(3, "api", { capabilities: ["node"] });

describe("the filter", () => {
  test.each([
    ["not_running", child(2, "a", { status: "paused" }), {}],
    ["scope", child(2, "a", { scope: "ORCHESTRATION" }), {}],
    ["in_chain", child(2, "a"), { chain: [2, 1] }],
    ["refused_this_round", child(2, "a"), { refusedBy: [2] }],
    ["not_named", child(2, "a", { scope: "PERSONAL" }), {}],
    ["not_named", child(2, "a", { scope: "FAMILY" }), {}],
    ["not_named", child(2, "a", { scope: "FEDERATED" }), {}],
    ["not_selected", child(2, "a"), { project: "b" }],
    ["full", child(2, "a", { room: 0 }), {}],
  ] as const)("keeps out, for the reason %s", (because, filtered, given) => {
    const { ranked, best } = rank([filtered, child(9, "b")], given);
    expect(best).toBe(9);
    expect(fates(ranked)).toEqual([
      [9, 1, null],
      [2, null, because],
    ]);
  });

  test.each([
    ["the project", { project: "ada" }, "named personal ada"],
    ["a tag", { tags: ["garden"] }, "matched tag garden"],
    ["the text", { title: "Water the roses" }, "text match (roses)"],
  ])("lets in a person named by %s", (_by, given, reason) => {
    const ada = child(2, "ada", { scope: "PERSONAL", capabilities: ["garden"], description: "roses" });
    expect(rank([ada, child(3, "webapp")], given)).toMatchObject({ best: 2, reason });
  });

  test("a person named by the text may be full all the same", () => {
    const ada = child(2, "ada", { scope: "PERSONAL", description: "roses", room: 0 });
    expect(rank([ada], { title: "Water the roses" })).toMatchObject({ best: null, why: "full" });
  });
});

describe("the order", () => {
  test("2: more tags go before fewer, and the text is not asked", () => {
    const one = child(4, "one", { capabilities: ["frontend"] });
    const { ranked, reason } = rank([one, NODE, REACT], { tags: ["frontend", "react"] });
    expect(reason).toBe("matched tags frontend, react");
    expect(fates(ranked)).toEqual([
      [2, 1, null],
      [4, 2, "fewer_tags"],
      [3, 3, "fewer_tags"],
    ]);
    expect(ranked.map(({ textScore }) => textScore)).toEqual([null, null, null]);
  });

  test("3: the text decides where the tags leave a tie", () => {
    const shop = child(4, "shop", { capabilities: ["frontend"], description: "checkout and basket" });
    const given = { title: "The basket loses items", tags: ["frontend"] };
    const { ranked, reason } = rank([REACT, NODE, shop], given);
    expect(reason).toBe("matched tag frontend, then text match (basket)");
    expect(fates(ranked)).toEqual([
      [4, 1, null],
      [2, 2, "lower_text_score"],
      [3, 3, "fewer_tags"],
    ]);
    expect(ranked[0]?.textScore).toBeGreaterThan(0);
    expect(ranked[1]?.textScore).toBe(0);
  });

  test("3: the text decides where there are no tags", () => {
    expect(rank([REACT, NODE], { title: "Upgrade node" })).toMatchObject({
      best: 3,
      reason: "text match (node)",
    });
  });

  test("4: then the least busy, open tasks by how many it works on at a time", () => {
    const busy = child(2, "busy", { ownOpen: 1, openElsewhere: 1, maxConcurrent: 3 });
    const wide = child(3, "wide", { ownOpen: 4, maxConcurrent: 10 });
    const { ranked, reason } = rank([busy, wide]);
    expect(reason).toBe("least busy (4/10)");
    expect(fates(ranked)).toEqual([
      [3, 1, null],
      [2, 2, "busier"],
    ]);
    expect(ranked.map(({ load }) => load)).toEqual([0.4, 2 / 3]);
  });

  test("5: then the one with the fewest open", () => {
    const small = child(2, "small", { ownOpen: 1, maxConcurrent: 2 });
    const large = child(3, "large", { ownOpen: 2, maxConcurrent: 4 });
    expect(fates(rank([large, small]).ranked)).toEqual([
      [2, 1, null],
      [3, 2, "more_open"],
    ]);
  });

  test("6: then by name", () => {
    expect(fates(rank([child(2, "b"), child(3, "a"), child(4, "B")]).ranked)).toEqual([
      [4, 1, null],
      [3, 2, "name_order"],
      [2, 3, "name_order"],
    ]);
  });

  test("a child that may work on nothing counts as one that works on one at a time", () => {
    expect(rank([child(2, "a", { maxConcurrent: 0, ownOpen: 2 })]).ranked[0]?.load).toBe(2);
  });
});

describe("the reason", () => {
  test.each([
    [{}, "least busy (0/3)"],
    [{ tags: ["node"] }, "matched tag node"],
    [{ project: "api" }, "named project api"],
  ])("of the only child, for %j", (given, reason) => {
    expect(rank([NODE], given)).toMatchObject({ best: 3, reason, why: "ok", unmatched: false });
  });

  test("says what decided between equals by tags and text", () => {
    const twins = [
      child(2, "shop-1", { capabilities: ["ui"] }),
      child(3, "shop-2", { capabilities: ["ui"] }),
    ];
    expect(rank(twins, { tags: ["ui"] }).reason).toBe("matched tag ui, then least busy (0/3)");
    expect(rank(twins, { title: "A shop" }).reason).toBe("text match (shop), then least busy (0/3)");
    expect(rank(twins, { title: "A shop", tags: ["ui"] }).reason).toBe(
      "matched tag ui, then text match (shop), then least busy (0/3)",
    );
  });

  test("of the only one found by its text", () => {
    const ada = child(2, "ada", { scope: "PERSONAL", description: "roses" });
    expect(rank([ada], { title: "Water the roses" }).reason).toBe("text match (roses)");
  });

  test("shows the first five of many tags", () => {
    const tags = ["a", "b", "c", "d", "e", "f"];
    const { reason } = rank([child(2, "all", { capabilities: tags })], { tags });
    expect(reason).toBe("matched tags a, b, c, d, e, …");
  });
});

describe("unmatched", () => {
  const given = { tags: ["cobol"] };

  test("with tags, capabilities somewhere, no overlap and no text match: by load", () => {
    const { best, unmatched, reason } = rank([{ ...REACT, ownOpen: 1 }, NODE], given);
    expect([best, unmatched, reason]).toEqual([3, true, "no tag or text matched, least busy (0/3)"]);
  });

  test("also with one child only", () => {
    expect(rank([NODE], given)).toMatchObject({ best: 3, unmatched: true });
  });

  test("not without capabilities", () => {
    expect(rank([child(2, "a"), child(3, "b")], given)).toMatchObject({ best: 2, unmatched: false });
  });

  test("not when the text matches or the project is named", () => {
    expect(rank([REACT, NODE], { ...given, title: "node" }).unmatched).toBe(false);
    expect(rank([REACT, NODE], { ...given, project: "api" }).unmatched).toBe(false);
  });
});

describe("nobody", () => {
  const refused = { refusedBy: [2, 3] };
  test.each<[string, string, RosterEntry[], Partial<RoutableTask>]>([
    ["no_child", "no child", [], {}],
    ["no_child", "no child", [child(2, "a", { scope: "ORCHESTRATION" })], {}],
    ["none_running", "no running child", [child(2, "a", { status: "stopped" })], {}],
    ["none_eligible", "nobody but those it came from", [child(2, "a")], { chain: [2, 1] }],
    [
      "none_eligible",
      "nobody named by project, rule, tag or text",
      [child(2, "a", { scope: "PERSONAL" }), child(3, "b", { status: "paused" })],
      {},
    ],
    ["named_unknown", "no child named x", [child(2, "a")], { project: "x" }],
    [
      "named_not_running",
      "x is paused",
      [child(2, "a"), child(3, "x", { status: "paused" })],
      { project: "x" },
    ],
    ["full", "x is full", [child(2, "a"), child(3, "x", { room: 0 })], { project: "x" }],
    ["refused", "all refused", [child(2, "x")], { project: "x", refusedBy: [2] }],
    ["full", "all are full", [child(2, "a", { room: 0 }), child(3, "b", { room: -1 })], {}],
    ["full", "all are full or refused it", [child(2, "a"), child(5, "c", { room: 0 })], refused],
    ["refused_full", "all refused, 1 of 2 full", [child(2, "a"), child(3, "b", { room: 0 })], refused],
    ["refused", "all refused", [child(2, "a"), child(3, "b")], refused],
    [
      "given_back",
      "nobody else can take it",
      [child(2, "a"), child(3, "b")],
      { ...refused, returnedBy: [3] },
    ],
    [
      "given_back",
      "nobody else can take it",
      [child(2, "a"), child(3, "b", { room: 0 })],
      { ...refused, returnedBy: [3] },
    ],
    [
      "refused_full",
      "all refused, 1 of 2 full",
      [child(2, "a", { room: 0 }), child(3, "b")],
      { ...refused, returnedBy: [3] },
    ],
  ])("%s: %s", (why, reason, roster, given) => {
    expect(rank(roster, given)).toMatchObject({ best: null, why, reason, unmatched: false });
  });

  test("a person nobody names is no full candidate", () => {
    expect(rank([child(2, "ada", { scope: "PERSONAL", room: 0 })]).why).toBe("none_eligible");
  });
});

describe("a long roster", () => {
  const crowd = Array.from({ length: 300 }, (_, no) =>
    child(no + 2, `w${String(no).padStart(3, "0")}`, { ownOpen: (no * 7) % 300 }),
  );

  test("shows the best only, in order", () => {
    const { ranked, best } = rank(crowd);
    expect(ranked).toHaveLength(LIMITS.candidatesStored);
    expect(ranked.map(({ rank: place }) => place)).toEqual(ranked.map((_, index) => index + 1));
    expect(best).toBe(2);
    const opens = ranked.map(({ load }) => Math.round(load * 3));
    expect(opens).toEqual(Array.from({ length: LIMITS.candidatesStored }, (_, index) => index));
  });

  test("shows the near misses before those that were not meant", () => {
    const named = child(999, "wanted", { room: 0 });
    const { ranked, reason } = rank([...crowd, named], { project: "wanted" });
    expect(reason).toBe("wanted is full");
    expect(ranked).toHaveLength(LIMITS.candidatesStored);
    expect(fates(ranked).slice(0, 2)).toEqual([
      [999, null, "full"],
      [2, null, "not_selected"],
    ]);
  });
});

describe("of many that cannot take it", () => {
  const many = (more: Partial<RosterEntry>) =>
    Array.from({ length: 90 }, (_, no) => child(no + 2, `c${no}`, more));

  test.each<[string, Partial<RosterEntry>, Partial<RoutableTask>, string]>([
    ["full", { room: 0 }, {}, "all are full"],
    [
      "in_chain",
      {},
      { chain: [1, ...Array.from({ length: 90 }, (_, no) => no + 2)] },
      "nobody but those it came from",
    ],
    ["not_running", { status: "paused" }, {}, "no running child"],
    ["not_selected", {}, { project: "nobody" }, "no child named nobody"],
  ])("as many are told as a decision stores: %s", (because, more, about, reason) => {
    const ranking = rank(many(more), about);
    expect([ranking.best, ranking.reason, ranking.ranked.length]).toEqual([
      null,
      reason,
      LIMITS.candidatesStored,
    ]);
    expect(new Set(ranking.ranked.map(({ lostBecause }) => lostBecause))).toEqual(new Set([because]));
  });
});
