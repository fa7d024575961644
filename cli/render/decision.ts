import type { DecisionBody, Names } from "./bodies.ts";
import { paint, type Look } from "./look.ts";
import { tableLines, type Column } from "./table.ts";
import { clean, plural } from "./text.ts";

type Candidate = DecisionBody["candidates"][number];

const WORDS_OF_LOSS: Readonly<Record<NonNullable<Candidate["lost_because"]>, string>> = {
  not_running: "not running",
  scope: "its scope takes no work from here",
  in_chain: "the task came through it",
  refused_this_round: "refused in this round",
  not_named: "not named by project, rule, tag or text",
  not_selected: "another project was named",
  full: "full",
  backing_off: "refused a moment ago",
  fewer_tags: "fewer tags match",
  lower_text_score: "its text matches less",
  busier: "busier",
  more_open: "more open tasks",
  name_order: "later by name",
};

/** `route test`: what would be decided, and why the others lost. */
export function decisionLines(decision: DecisionBody, names: Names, look: Look): string[] {
  const columns: Column<Candidate>[] = [
    { head: "RANK", cell: (row) => (row.rank === null ? "-" : String(row.rank)) },
    { head: "CANDIDATE", cell: (row) => row.name },
    { head: "TAGS", cell: (row) => String(row.tags) },
    { head: "TEXT", cell: (row) => (row.text_score === null ? "-" : row.text_score.toFixed(2)) },
    { head: "LOAD", cell: (row) => row.load.toFixed(2) },
    { head: "WHY NOT", cell: lossCell, flex: true },
  ];
  return [headline(decision, names, look), ...tableLines(columns, decision.candidates, look)];
}

function lossCell({ lost_because: loss }: Candidate): string {
  return loss === null ? "" : WORDS_OF_LOSS[loss];
}

function headline(decision: DecisionBody, names: Names, look: Look): string {
  const here = clean(names[decision.instance_id] ?? decision.instance_id);
  const marks = [
    clean(decision.reason),
    decision.rule === null ? "" : `rule ${clean(decision.rule)}`,
    decision.unmatched ? "unmatched" : "",
  ].filter((mark) => mark !== "");
  return `${here} ${paint(wouldDo(decision, names), "strong", look)}: ${marks.join(", ")}`;
}

function wouldDo(decision: DecisionBody, names: Names): string {
  const { action, target_id: target, candidates } = decision;
  switch (action) {
    case "delegate": {
      const known = target === null ? undefined : candidates.find((row) => row.instance_id === target)?.name;
      return `would delegate to ${clean(known ?? (target === null ? "?" : (names[target] ?? target)))}`;
    }
    case "handle":
      return "would handle it";
    case "create":
      return "would create a child for it";
    case "hold":
      return `would hold it (${plural(candidates.length, "candidate")})`;
    default:
      return action satisfies never;
  }
}
