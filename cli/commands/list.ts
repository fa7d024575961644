import { commandText } from "../../src/contracts/shell-word.ts";
import { toWire } from "../../src/contracts/wire.ts";
import type { Context } from "../context.ts";
import type { Hopper, ListView } from "../library/library.ts";
import type { Shown } from "../output.ts";
import type { CommandSpec, OptionSpec } from "../parse/spec.ts";
import type { Look } from "../render/look.ts";

/** The options every list takes. */
const PAGE_OPTIONS: readonly OptionSpec[] = [
  { name: "limit", type: "whole", describe: "How many, 1 to 500 (default 50)" },
  { name: "cursor", describe: "Go on where an earlier page ended" },
];
const BIGGEST_PAGE = 500;

interface Page {
  limit?: number | undefined;
  cursor?: string | undefined;
  count?: boolean | undefined;
}

interface Listing<Body> {
  readonly noun: "instance" | "task" | "delegation";
  readonly options: readonly OptionSpec[];
  /** The lines of a table; looks up what names it needs. */
  readonly table: (
    items: readonly Body[],
    at: { hopper: Hopper; context: Context },
  ) => Promise<(look: Look) => string[]>;
  /** What is said when there are none. */
  readonly empty: string;
}

/**
 * A command that lists: a table with `50 of 312` and how to get more, one page of json, or every page as jsonl,
 * name or ids (a page only, when --limit is given). Source: 5-cli.md 5.6.
 */
export function listCommand<Body>({ noun, options, table, empty }: Listing<Body>): CommandSpec {
  const path = [noun, "list"];
  const page = async (hopper: Hopper, params: Page): Promise<ListView<unknown>> =>
    await hopper[`${noun}s`].list(params);
  const shown = (view: ListView<unknown>, lines: Shown["lines"]): Shown => {
    return { body: toWire(view), items: bodiesOf(view), lines };
  };
  return {
    path,
    summary: `List ${noun}s`,
    options: [...options, ...PAGE_OPTIONS],
    act: async (context, args) => {
      await context.reads(async (hopper) => {
        const params: Page = args.params();
        const wanted = pagesWanted(context);
        if (wanted === "every" && params.limit === undefined) {
          let cursor: string | null | undefined = params.cursor;
          do {
            const view = await page(hopper, { ...params, limit: BIGGEST_PAGE, cursor });
            await context.show(shown(view, () => []));
            cursor = view.nextCursor;
          } while (cursor !== null && context.io.stdout.closed !== true);
          return;
        }
        const people = wanted === "table";
        const view = await page(hopper, people ? { ...params, count: true } : params);
        if (view.items.length === 0) context.remark(empty);
        const rows = people ? await table(bodiesOf<Body>(view), { hopper, context }) : () => [];
        const again = [...path, ...args.words(PAGE_OPTIONS.map((option) => option.name))];
        await context.show(shown(view, (look) => [...rows(look), ...footerLines(view, again)]));
      });
    },
  };
}

/** A table for people, else one page of json or yaml, or every page. */
function pagesWanted({ format, quiet }: Context): "table" | "one" | "every" {
  if (format === "json" || format === "yaml") return "one";
  return format === "jsonl" || format === "name" || quiet ? "every" : "table";
}

function bodiesOf<Body>({ items }: ListView<unknown>): Body[] {
  return items.map((item) => toWire(item) as Body);
}

/** How many there are, and the command for the next page; nothing when this is the last. */
function footerLines(view: ListView<unknown>, again: readonly string[]): string[] {
  if (!view.hasMore || view.nextCursor === null) return [];
  const of = view.total === undefined ? "" : ` of ${view.total}`;
  return [`${view.items.length}${of} (more: ${commandText([...again, "--cursor", view.nextCursor])})`];
}
