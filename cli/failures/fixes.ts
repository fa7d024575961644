import { commandText } from "../../src/contracts/shell-word.ts";
import { issuesOf, type Problem } from "./failure.ts";
import { roomFor } from "./store-failure.ts";
import { corrected } from "../parse/corrected.ts";
import { instanceVerbs } from "../render/instance.ts";
import type { CommandSpec } from "../parse/spec.ts";

/** The command that failed. */
export interface FailedCommand {
  /** `["task", "show"]`; empty = the line named no command. */
  readonly path: readonly string[];
  readonly spec?: CommandSpec | undefined;
  readonly argv: readonly string[];
  /** The id, ref or name it is about: its first value; "" = none. */
  readonly subject: string;
  /** What it was told of data and settings: `["--data", "here"]`. */
  readonly reach?: readonly string[];
}

/** What somebody may have meant by a lifecycle verb that is not allowed now. */
const INSTEAD: Readonly<Record<string, readonly string[]>> = {
  start: ["resume", "recover"],
  resume: ["start"],
  restart: ["start"],
  recover: ["start", "resume"],
};

/** How a task's machine is sent an event from the command line. */
const TASK_VERBS: Readonly<Record<string, string>> = {
  COMPLETE: "complete",
  FAIL: "fail",
  CANCEL: "cancel",
  RETRY: "retry",
  START: "status in_progress",
  BLOCK: "status blocked",
  UNBLOCK: "status pending",
  RELEASE: "status pending",
  WITHDRAW: "delegate",
  ASSIGN: "assign",
};

/** A command that helps with a refusal of the library. Always one that can be run as it stands. */
export function fixFor(problem: Problem, command: FailedCommand): string {
  const [noun = ""] = command.path;
  const help = `${commandText(command.path)} --help`;
  // Who refuses may know better.
  if (typeof problem["fix"] === "string") return problem["fix"];
  switch (problem.code) {
    case "not_found":
      return withNearest(problem, command) ?? listOf(problem, noun);
    case "illegal_transition":
      return otherVerb(problem, command) ?? showOf(command) ?? help;
    case "has_live_children":
      return commandText([...command.argv, "--cascade"]);
    case "instance_not_running":
      return notRunning(problem);
    case "already_exists":
      return commandText(
        typeof problem["instance_id"] === "string"
          ? ["instance", "show", problem["instance_id"]]
          : ["instance", "list"],
      );
    case "no_route":
    case "invalid_parent":
    case "invalid_delegation":
      return commandText(["instance", "tree"]);
    case "at_capacity":
    case "not_claimable":
      return commandText(["instance", "status"]);
    case "pending_delegation_exists":
    case "open_hop_below":
      return noun === "task"
        ? commandText(["task", "delegations", command.subject])
        : commandText(["delegation", "list"]);
    case "timed_out":
      return noun === "task" ? commandText(["task", "explain", command.subject]) : commandText(["status"]);
    case "storage_full":
      return roomFor(typeof problem["path"] === "string" ? problem["path"] : "./");
    case "internal":
      return commandText(["doctor"]);
    case "unavailable":
    case "draining":
    case "overloaded":
      return commandText(command.argv);
    case "validation_failed":
    case "bad_filter":
      return withMeant(problem, command) ?? help;
    case "bad_cursor":
    case "cursor_gone":
      return commandText(without(without(command.argv, "--cursor"), "--since"));
    case "dependency_cycle":
    case "payload_too_large":
      return help;
    default:
      return showOf(command) ?? help;
  }
}

/** What could be done now, as verbs of the command line: `pause, stop, terminate`; "" = nothing is known. */
export function allowedText(problem: Problem, path: readonly string[]): string {
  const { allowed, state } = problem;
  if (!Array.isArray(allowed) || allowed.length === 0) return "";
  const events = allowed.map(String);
  if (path[0] === "instance") return instanceVerbs(events, typeof state === "string" ? state : "").join(", ");
  const verbs = path[0] === "task" ? events.map((event) => TASK_VERBS[event]) : events;
  const known = verbs.filter((verb) => verb !== undefined);
  return [...new Set(known)].join(", ");
}

/** The same command with the nearest name in the place of the one that was not found. */
function withNearest({ suggestions, detail }: Problem, { argv }: FailedCommand): string | undefined {
  const best: unknown = Array.isArray(suggestions) ? suggestions[0] : undefined;
  if (typeof best !== "string") return undefined;
  const wrong = argv.findIndex((word) => word !== "" && detail.includes(JSON.stringify(word)));
  return wrong === -1 ? undefined : commandText(argv.with(wrong, best));
}

/** The same command with what was probably meant in the place of the first value that is wrong. */
function withMeant({ issues }: Problem, { argv }: FailedCommand): string | undefined {
  for (const { message, suggestion } of issuesOf(issues)) {
    const [, wrong] = /^is "([^"\\]+)"/.exec(String(message)) ?? [];
    if (wrong === undefined || typeof suggestion !== "string") continue;
    const line = corrected(argv, wrong, suggestion);
    if (line !== undefined) return line;
  }
  return undefined;
}

/** The words without an option and its value. */
function without(argv: readonly string[], option: string): string[] {
  return argv.filter((word, index) => {
    return word !== option && !word.startsWith(`${option}=`) && argv[index - 1] !== option;
  });
}

/** Nouns whose records can be listed, each by its own command. */
const LISTED = new Set(["task", "delegation", "dead-letter"]);

function listOf({ field }: Problem, noun: string): string {
  const name = typeof field === "string" ? field : "";
  if (/instance|parent|target|project/i.test(name)) return commandText(["instance", "list"]);
  if (/task|depends/i.test(name)) return commandText(["task", "list"]);
  return commandText([LISTED.has(noun) ? noun : "instance", "list"]);
}

function otherVerb(problem: Problem, command: FailedCommand): string | undefined {
  const [noun, verb = ""] = command.path;
  if (noun !== "instance") return undefined;
  const allowed = allowedText(problem, command.path).split(", ");
  const instead = INSTEAD[verb]?.find((other) => allowed.includes(other));
  return instead === undefined ? undefined : commandText(["instance", instead, command.subject]);
}

function notRunning({ instance, state }: Problem): string {
  if (typeof instance !== "string") return commandText(["instance", "tree"]);
  const verb =
    { paused: "resume", error: "recover", starting: "show", stopping: "show" }[String(state)] ?? "start";
  return commandText(["instance", verb, instance]);
}

/** Shows what the command is about: `hopper task show T-1`. */
function showOf({ path, subject }: FailedCommand): string | undefined {
  const [noun = "", verb = ""] = path;
  if (!["instance", "task", "delegation"].includes(noun) || verb === "create" || verb === "add")
    return undefined;
  return subject === "" ? undefined : commandText([noun, "show", subject]);
}
