import { describe, expect, test } from "vitest";
import { edgesOf } from "../../machines/host-checks.ts";
import type { Lifecycle, LifecycleEvent } from "../../machines/host.ts";

/**
 * A lifecycle's whole behaviour as a drawing. The first line names the states; each further line an event, the
 * words that narrow down when the line applies, and the answer in each state: the next state, or "-" for a refusal.
 *
 * ```
 *                 | pending   accepted
 * ACCEPT          | accepted  -
 * COMPLETE forced | done      done
 * ```
 */
interface TableTest<S extends string, C, E extends LifecycleEvent> {
  readonly lifecycle: Lifecycle<S, C, E>;
  readonly table: string;
  /** What an event may look like: every form of it that a guard can tell apart. */
  readonly events: readonly E[];
  /** Every context that a guard can tell apart. */
  readonly contexts: readonly C[];
  /** What the words beside the events mean. */
  readonly words: { readonly [word: string]: (asked: { context: C; event: E }) => boolean };
}

interface Line {
  readonly text: string;
  readonly event: string;
  readonly words: readonly string[];
  readonly answers: readonly string[];
}

/** Asks every state about every form of every event in every context, and compares the answers with the drawing. */
export function describeTable<S extends string, C, E extends LifecycleEvent>(
  test_: TableTest<S, C, E>,
): void {
  const { lifecycle, events, contexts, words } = test_;
  const { states, lines } = readTable(test_.table);
  const linesFor = (event: E, context: C): Line[] =>
    lines.filter(
      (line) => line.event === event.type && line.words.every((word) => words[word]?.({ context, event })),
    );

  describe(`the table of "${lifecycle.name}"`, () => {
    test("lists every state", () => {
      expect(states).toEqual(lifecycle.states);
    });

    test("lists every event: a new one needs a decision for each state", () => {
      const undecided = lifecycle.events.filter((type) => !lines.some(({ event }) => event === type));
      expect(
        undecided,
        `decide what each state of "${lifecycle.name}" answers to ${undecided.join()}`,
      ).toEqual([]);
      const gone = lines.filter(({ event }) => !lifecycle.events.includes(event)).map(({ text }) => text);
      expect(gone, `"${lifecycle.name}" has no such event`).toEqual([]);
    });

    test("has exactly one line for each form of each event in each context", () => {
      expect(new Set(events.map(({ type }) => type))).toEqual(new Set(lifecycle.events));
      for (const event of events) {
        for (const context of contexts) {
          const found = linesFor(event, context).map(({ text }) => text);
          expect(found, `asked: ${JSON.stringify({ event, context })}`).toHaveLength(1);
        }
      }
    });

    test("shows every way that is drawn in the machine", () => {
      const shown = lines.flatMap((line) =>
        line.answers.map((to, at) => `${states[at]} ${line.event} ${to}`),
      );
      for (const { from, event, to } of edgesOf(lifecycle.machine))
        expect(shown).toContain(`${from} ${event} ${to}`);
    });

    test.each(lines)("$text", (line) => {
      for (const event of events.filter(({ type }) => type === line.event)) {
        for (const context of contexts.filter((one) => linesFor(event, one).includes(line))) {
          const answers = lifecycle.states.map((state) => lifecycle.step(state, event, context) ?? "-");
          expect(answers, `asked: ${JSON.stringify({ event, context })}`).toEqual(line.answers);
        }
      }
    });
  });
}

function readTable(table: string): { states: string[]; lines: Line[] } {
  const [head = "", ...rows] = table.split("\n").filter((row) => row.trim() !== "");
  const lines = rows.map((row) => {
    const [label, answers] = cells(row);
    const [event = "", ...words] = label;
    return { text: label.join(" "), event, words, answers };
  });
  return { states: cells(head)[1], lines };
}

function cells(row: string): [label: string[], answers: string[]] {
  const [label = "", answers = ""] = row.split("|");
  return [label.trim().split(/\s+/), answers.trim().split(/\s+/)];
}
