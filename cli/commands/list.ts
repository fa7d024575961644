import { toWire } from "../../src/contracts/wire.ts";
import type { Context } from "../context.ts";
import type { Hopper, ListView } from "../library/library.ts";
import type { Shown } from "../output.ts";
import type { CommandSpec, OptionSpec } from "../parse/spec.ts";
import type { Names } from "../render/bodies.ts";
import type { Look } from "../render/look.ts";

/** The options every list takes. */
const PAGE_OPTIONS: readonly OptionSpec[] = [
  { name: "limit", type: "whole", describe: "How many, 1 to 500 (default 50)" },
  { name: "cursor", describe: "Go on where an earlier page ended" },
];
const BIGGEST_PAGE = 500;
/** What lists the records of a noun. */
const GROUPS = {
  instance: "instances",
  task: "tasks",
  delegation: "delegations",
  "dead-letter": "deadLetters",
} as const;

interface Page {
  limit?: number | undefined;
  cursor?: string | undefined;
  count?: boolean | undefined;
}

interface Listing<Body, Known> {
  readonly noun: keyof typeof GROUPS;
  readonly options: readonly OptionSpec[];
  /** Looks up what the table shows beside the items: names of what they name by id. */
  readonly known: (hopper: Hopper, items: readonly Body[], context: Context) => Promise<Known>;
  readonly table: (items: readonly Body[], known: Known, look: Look) => string[];
  /** What is said when there are none, and the command that makes one. */
  readonly empty: Remark;
}

/**
 * A command that lists: a table with `50 of 312` and how to get more, one page of json, or every page as jsonl,
 * name or ids (a page only, when --limit is given). Source: spec/cli.md 5.6.
 */
export function listCommand<Body, Known = Names>(listing: Listing<Body, Known>): CommandSpec {
  const { noun, options, known, table, empty } = listing;
  const path = [noun, "list"];
  return {
    path,
    summary: `List ${noun.replace("-", " ")}s`,
    options: [...options, ...PAGE_OPTIONS],
    act: async (context, args) => {
      await context.reads(async (hopper) => {
        const page = async (params: Page): Promise<ListView<unknown>> =>
          await hopper[GROUPS[noun]].list(params);
        const given: Page = args.params();
        const { format, forPeople } = context;
        if (!forPeople && format !== "json" && format !== "yaml" && given.limit === undefined) {
          let cursor: string | null | undefined = given.cursor;
          do {
            const view = await page({ ...given, limit: BIGGEST_PAGE, cursor });
            await context.show(shown(view, () => []));
            cursor = view.nextCursor;
          } while (cursor !== null && context.io.stdout.closed !== true);
          return;
        }
        const view = await page(forPeople ? { ...given, count: true } : given);
        if (view.items.length === 0) remarkOn(empty, context);
        const items = toWire(view.items) as Body[];
        const beside = forPeople ? await known(hopper, items, context) : null;
        const again = (cursor: string): string =>
          context.again([...path, ...args.words(["cursor"]), "--cursor", cursor]);
        await context.show(
          shown(view, (look) =>
            beside === null ? [] : [...table(items, beside, look), ...footerLines(view, again)],
          ),
        );
      });
    },
  };
}

/** A remark, and a command that helps. */
export interface Remark {
  readonly said: string;
  readonly command?: string;
}

export function remarkOn({ said, command }: Remark, context: Context): void {
  context.remark(command === undefined ? said : `${said}: ${context.hint(command)}`);
}

function shown(view: ListView<unknown>, lines: Shown["lines"]): Shown {
  return { body: toWire(view), items: toWire(view.items) as unknown[], lines };
}

/** How many there are, and the command for the next page; nothing when this is the last. */
function footerLines(view: ListView<unknown>, again: (cursor: string) => string): string[] {
  if (!view.hasMore || view.nextCursor === null) return [];
  const of = view.total === undefined ? "" : ` of ${view.total}`;
  return [`${view.items.length}${of} (more: ${again(view.nextCursor)})`];
}
