import { describe, expect, it } from "vitest";
import { hopper, HopperError } from "./support/fake.ts";

describe("a refusal of the library", () => {
  const refused = (argv: string[], error: Error) => {
    const [noun, verb] = argv;
    return hopper(argv, {
      answers: { [`${noun}s.${verb}`]: error, "tasks.add": error, "instances.create": error },
    });
  };

  it.each<[string, string[], HopperError, number, string]>([
    [
      "an unknown name: the same command with the nearest one",
      ["instance", "start", "webap", "-o", "wide"],
      new HopperError("not_found", 404, 'there is no instance "webap"; did you mean webapp?', {
        field: "id",
        suggestions: ["webapp"],
      }),
      3,
      "hopper instance start webapp -o wide",
    ],
    [
      "a value that is near one that is accepted: the same command with that",
      ["task", "list", "--status=opne", "-o", "wide"],
      new HopperError("bad_filter", 400, "status[0] is wrong", {
        issues: [
          {
            path: "status[0]",
            message: 'is "opne"; accepted are open (did you mean open?)',
            suggestion: "open",
          },
        ],
      }),
      2,
      "hopper task list --status=open -o wide",
    ],
    [
      "a value that is near none",
      ["task", "list", "--status", "zzz"],
      new HopperError("bad_filter", 400, "status[0] is wrong", {
        issues: [{ path: "status[0]", message: 'is "zzz"; accepted are open' }],
      }),
      2,
      "hopper task list --help",
    ],
    [
      "a cursor that is none of this list's: the same command without it",
      ["task", "list", "--cursor", "abc", "--sort", "created"],
      new HopperError("bad_cursor", 400, "it is of another order"),
      2,
      "hopper task list --sort created",
    ],
    [
      "an unknown name without a near one",
      ["instance", "start", "zzz"],
      new HopperError("not_found", 404, 'there is no instance "zzz"', { field: "id", suggestions: [] }),
      3,
      "hopper instance list",
    ],
    [
      "an unknown instance of a task command",
      ["task", "assign", "T-1", "--to", "zzz"],
      new HopperError("not_found", 404, "nothing", { field: "instanceId" }),
      3,
      "hopper instance list",
    ],
    [
      "an unknown task",
      ["task", "complete", "T-9"],
      new HopperError("not_found", 404, "there is no T-9", { field: "id" }),
      3,
      "hopper task list",
    ],
    [
      "an unknown dependency",
      ["task", "add", "x"],
      new HopperError("not_found", 404, "no", { field: "dependsOn[0]" }),
      3,
      "hopper task list",
    ],
    [
      "an unknown delegation",
      ["delegation", "accept", "D-9"],
      new HopperError("not_found", 404, "no"),
      3,
      "hopper delegation list",
    ],
    [
      "a verb the state does not allow, with another that was meant",
      ["instance", "start", "webapp"],
      new HopperError("illegal_transition", 409, "webapp is paused; start is not possible then.", {
        status: "paused",
        allowed: ["RESUME", "STOP"],
      }),
      4,
      "hopper instance resume webapp",
    ],
    [
      "recover of one that is not in error",
      ["instance", "recover", "webapp"],
      new HopperError("illegal_transition", 409, "no", { status: "stopped", allowed: ["START"] }),
      4,
      "hopper instance start webapp",
    ],
    [
      "a verb that nothing stands for",
      ["instance", "pause", "webapp"],
      new HopperError("illegal_transition", 409, "no", { status: "stopped", allowed: ["START"] }),
      4,
      "hopper instance show webapp",
    ],
    [
      "a task verb",
      ["task", "complete", "T-1"],
      new HopperError("illegal_transition", 409, "no", { allowed: ["RETRY"] }),
      4,
      "hopper task show T-1",
    ],
    [
      "a decided delegation",
      ["delegation", "accept", "D-1"],
      new HopperError("already_decided", 409, "no", { status: "rejected" }),
      4,
      "hopper delegation show D-1",
    ],
    [
      "live children",
      ["instance", "terminate", "webapp"],
      new HopperError("has_live_children", 409, "no"),
      4,
      "hopper instance terminate webapp --cascade",
    ],
    [
      "a paused target",
      ["task", "delegate", "T-1"],
      new HopperError("instance_not_running", 409, "no", { instance: "w 1", status: "paused" }),
      4,
      "hopper instance resume 'w 1'",
    ],
    [
      "a target in error",
      ["task", "delegate", "T-1"],
      new HopperError("instance_not_running", 409, "no", { instance: "w", status: "error" }),
      4,
      "hopper instance recover w",
    ],
    [
      "a stopped target",
      ["task", "delegate", "T-1"],
      new HopperError("instance_not_running", 409, "no", { instance: "w", status: "stopped" }),
      4,
      "hopper instance start w",
    ],
    [
      "some target",
      ["task", "delegate", "T-1"],
      new HopperError("instance_not_running", 409, "no"),
      4,
      "hopper instance tree",
    ],
    [
      "a name that is taken",
      ["instance", "create", "x", "--scope", "global"],
      new HopperError("already_exists", 409, "no", { instance_id: "i-1" }),
      4,
      "hopper instance show i-1",
    ],
    [
      "a name that was taken",
      ["instance", "create", "x", "--scope", "global"],
      new HopperError("already_exists", 409, "no"),
      4,
      "hopper instance list",
    ],
    [
      "no route",
      ["task", "delegate", "T-1"],
      new HopperError("no_route", 409, "no"),
      4,
      "hopper instance tree",
    ],
    [
      "a full instance",
      ["task", "delegate", "T-1"],
      new HopperError("at_capacity", 409, "no"),
      4,
      "hopper instance status",
    ],
    [
      "an offer that is pending",
      ["task", "delegate", "T-1"],
      new HopperError("pending_delegation_exists", 409, "no"),
      4,
      "hopper task delegations T-1",
    ],
    [
      "an open hop below",
      ["delegation", "accept", "D-1"],
      new HopperError("open_hop_below", 409, "no"),
      4,
      "hopper delegation list",
    ],
    [
      "a stale version",
      ["task", "cancel", "T-1"],
      new HopperError("stale_version", 412, "no"),
      4,
      "hopper task show T-1",
    ],
    [
      "bad input",
      ["task", "add", "x"],
      new HopperError("validation_failed", 422, "title is empty"),
      2,
      "hopper task add --help",
    ],
    [
      "a bad configuration",
      ["task", "add", "x"],
      new HopperError("bad_configuration", 422, "f:1:2"),
      8,
      "hopper task add --help",
    ],
    [
      "a shutdown",
      ["task", "cancel", "T-1"],
      new HopperError("draining", 503, "no"),
      5,
      "hopper task cancel T-1",
    ],
    [
      "a full disk",
      ["task", "cancel", "T-1"],
      new HopperError("storage_full", 503, "no", { path: "/data/my work/hopper.db" }),
      5,
      "df -h '/data/my work'    (free some space there, then run this again)",
    ],
    [
      "a timeout of a task",
      ["task", "cancel", "T-1"],
      new HopperError("timed_out", 504, "no"),
      6,
      "hopper task explain T-1",
    ],
    ["a timeout", ["instance", "pause", "x"], new HopperError("timed_out", 504, "no"), 6, "hopper status"],
    [
      "what is denied",
      ["task", "cancel", "T-1"],
      new HopperError("forbidden", 403, "no"),
      7,
      "hopper task show T-1",
    ],
    [
      "a fix that the library knows",
      ["task", "cancel", "T-1"],
      new HopperError("illegal_transition", 409, "no", { fix: "hopper run p --new" }),
      4,
      "hopper run p --new",
    ],
  ])("%s", async (_name, argv, error, code, fix) => {
    const ran = await refused(argv, error);
    expect(ran.out).toBe("");
    expect(ran.code).toBe(code);
    expect(ran.err.trim().split("\n").at(-1)).toBe(`fix: ${fix}`);
    expect(ran.calls.at(-1)?.[0]).toBe("close");
  });

  it("names the verbs that are allowed instead", async () => {
    const paused = new HopperError(
      "illegal_transition",
      409,
      "webapp is paused; start is not possible then.",
      {
        status: "paused",
        allowed: ["RESUME", "STOP", "TERMINATE", "TERMINATED"],
      },
    );
    expect((await refused(["instance", "start", "webapp"], paused)).err).toContain(
      "error: webapp is paused; start is not possible then (allowed now: resume, stop, restart, terminate)\n",
    );
    const done = new HopperError("illegal_transition", 409, "no", { allowed: ["RETRY", "BLOCK", "NOTHING"] });
    expect((await refused(["task", "complete", "T-1"], done)).err).toContain(
      "(allowed now: retry, status blocked)",
    );
    const hop = new HopperError("illegal_transition", 409, "no", { allowed: ["ACCEPT"] });
    expect((await refused(["delegation", "cancel", "D-1"], hop)).err).toContain("(allowed now: ACCEPT)");
  });

  it("is problem+json for machines, with its facts; a record's status does not hide HTTP's", async () => {
    const error = new HopperError("already_decided", 409, "D-1 is rejected already.", {
      status: "rejected",
      decided_at: "t",
    });
    const ran = await refused(["delegation", "accept", "D-1", "-o", "jsonl"], error);
    expect(JSON.parse(ran.err)).toEqual({
      type: "urn:hopper:problem:already_decided",
      title: "The state it is in does not allow this",
      status: 409,
      code: "already_decided",
      detail: "D-1 is rejected already.",
      state: "rejected",
      decided_at: "t",
      fix: "hopper delegation show D-1",
    });
  });

  it("shows every issue", async () => {
    const issues = [
      { path: "title", message: "is missing" },
      { path: "tags", message: "has 33 entries" },
    ];
    const ran = await refused(
      ["task", "add", "x"],
      new HopperError("validation_failed", 422, "title is missing (and 1 more)", { issues }),
    );
    expect(ran.err).toContain("error: TITLE is missing (and 1 more)\n       --tag has 33 entries\nfix: ");
  });

  it("that is a defect keeps its stack to itself, unless it is asked for", async () => {
    const ran = await refused(["task", "cancel", "T-1"], new TypeError("x is not a function"));
    expect(ran).toMatchObject({ code: 1, err: "error: x is not a function\nfix: hopper doctor\n" });
    const asked = await hopper(["task", "show", "T-1"], {
      answers: { "tasks.get": new TypeError("x") },
      env: { HOPPER_DEBUG: "1" },
    });
    expect(asked.err).toContain("TypeError: x\n    at ");
    const odd = await hopper(["task", "show", "T-1"], {
      answers: {
        "tasks.get": () => {
          // oxlint-disable-next-line typescript/only-throw-error -- somebody may
          throw "text";
        },
      },
    });
    expect(odd).toMatchObject({ code: 1, err: "error: text\nfix: hopper doctor\n" });
  });
});
