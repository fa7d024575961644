import { toWire } from "../../src/contracts/wire.ts";
import { commandText } from "../../src/contracts/shell-word.ts";
import type { Args } from "../parse/args.ts";
import type { Context } from "../context.ts";
import type { Hopper, ListView } from "../library/library.ts";
import type { Look } from "../render/look.ts";
import type { OptionSpec } from "../parse/spec.ts";

/** The options every list takes. */
export const PAGE_OPTIONS: readonly OptionSpec[] = [
  { name: "limit", type: "whole", describe: "How many, 1 to 500 (default 50)" },
  { name: "cursor", type: "text", describe: "Go on where an earlier page ended" },
];

interface Page {
  limit?: number | undefined;
  cursor?: string | undefined;
  count?: boolean | undefined;
}

interface Listing<View, Body> {
  readonly context: Context;
  readonly hopper: Hopper;
  readonly args: Args;
  readonly page: (page: Page) => Promise<ListView<View>>;
  /** The lines of a table; looks up what names it needs. */
  readonly table: (items: readonly Body[]) => Promise<(look: Look) => string[]>;
  readonly name: (item: Body) => string;
  /** What is said when there are none. */
  readonly empty: string;
  /** The command of the list with its filters, for "more:". */
  readonly command: readonly string[];
}

const BIGGEST_PAGE = 500;

/**
 * Shows a list: a table with `50 of 312` and how to get more, one page of json, or every page as jsonl,
 * name or ids (a page only, when --limit is given). Source: 5-cli.md 5.6.
 */
export async function showList<View extends { id: string }, Body extends { id: string }>(
  listing: Listing<View, Body>,
): Promise<void> {
  const { context, args } = listing;
  const { format, quiet } = context;
  const page: Page = { limit: args.number("limit"), cursor: args.maybe("cursor") };
  const wholeList =
    format === "jsonl" || format === "name" || (quiet && (format === "table" || format === "wide"));
  if (wholeList && page.limit === undefined) return await showEveryPage(listing, page);
  const people = !wholeList && (format === "table" || format === "wide");
  const view = await listing.page(people ? { ...page, count: true } : page);
  const items = view.items.map((item) => toWire(item) as Body);
  if (items.length === 0) context.remark(listing.empty);
  const lines = people ? await listing.table(items) : () => [];
  const footer = people ? footerLines(listing, view, items.length) : [];
  await context.show({
    body: toWire(view),
    items,
    lines: (look) => [...lines(look), ...footer],
    names: items.map((item) => listing.name(item)),
    ids: items.map(({ id }) => id),
  });
}

async function showEveryPage<View extends { id: string }, Body extends { id: string }>(
  listing: Listing<View, Body>,
  first: Page,
): Promise<void> {
  const { context } = listing;
  let cursor: string | null | undefined = first.cursor;
  do {
    const view: ListView<View> = await listing.page({ limit: BIGGEST_PAGE, cursor: cursor ?? undefined });
    const items = view.items.map((item) => toWire(item) as Body);
    await context.show({
      body: toWire(view),
      items,
      lines: () => [],
      names: items.map((item) => listing.name(item)),
      ids: items.map(({ id }) => id),
    });
    cursor = view.nextCursor;
  } while (cursor !== null && context.io.stdout.closed !== true);
}

function footerLines<View>(
  listing: { command: readonly string[] },
  view: ListView<View>,
  shown: number,
): string[] {
  if (!view.hasMore || view.nextCursor === null) return [];
  const of = view.total === undefined ? "" : ` of ${view.total}`;
  return [`${shown}${of} (more: ${commandText([...listing.command, "--cursor", view.nextCursor])})`];
}

/** The command with the options that were given, as words: `task list --status open`. */
export function withFilters(path: readonly string[], args: Args, names: readonly string[]): string[] {
  const words = [...path];
  for (const name of names) {
    const value = args.json(name);
    if (value === true) words.push(`--${name}`);
    else if (value !== undefined)
      for (const item of Array.isArray(value) ? value : [value]) words.push(`--${name}`, String(item));
  }
  return words;
}
