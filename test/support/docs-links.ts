import { existsSync, readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import type { Problem } from "./architecture.ts";
import type { Sources } from "./project-files.ts";

/** Pages by their path from the root of the project: "docs/spec/domain.md" → text. */
export type Pages = ReadonlyMap<string, string>;

const SPEC = "docs/spec/";
const INVARIANTS = `${SPEC}reliability.md`;
/** Looks like the id of an invariant and is none: the JavaScript engine. */
const NO_INVARIANT = new Set(["V8"]);

/** Every page of a project: those at its root, those of docs/, and the one of bench/. */
export function readPages(root: string): Pages {
  const names = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "bench/README.md"];
  const below = readdirSync(`${root}/docs`, { recursive: true, encoding: "utf8" });
  names.push(...below.filter((name) => name.endsWith(".md")).map((name) => posix.join("docs", name)));
  return new Map(names.map((name) => [name, readFileSync(`${root}/${name}`, "utf8")]));
}

/** Links of pages, as far as they are relative, that lead to no file or to no heading of it. */
export function checkLinks(pages: Pages, exists: (path: string) => boolean): Problem[] {
  return [...pages].flatMap(([file, text]) =>
    [...blank(CODE, text).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(({ 1: target = "", index }) => {
      if (/^[a-z]+:/.test(target)) return [];
      const [to = "", anchor] = target.split("#");
      const path = to === "" ? file : posix.normalize(posix.join(posix.dirname(file), to));
      const problem = (message: string): Problem[] => [{ file, line: lineOf(text, index), message }];
      if (!pages.has(path) && !exists(path)) return problem(`${target}: there is no ${path}`);
      const page = pages.get(path);
      if (anchor === undefined || page === undefined || anchorsOf(page).has(anchor)) return [];
      return problem(`${target}: ${path} has no such heading`);
    }),
  );
}

/** Files and folders that pages of the specification name and that do not exist. */
export function checkNamedFiles(pages: Pages, exists: (path: string) => boolean): Problem[] {
  return [...pages]
    .filter(([file]) => file.startsWith(SPEC))
    .flatMap(([file, text]) =>
      [...text.matchAll(/`((?:machines|store|actors|src|cli|test|scripts|bench|bin|examples)\/[\w./-]*)`/g)]
        .filter(({ 1: path = "" }) => !exists(path))
        .map(({ 1: path = "", index }) => ({
          file,
          line: lineOf(text, index),
          message: `there is no ${path}`,
        })),
    );
}

const CITED = /(?<!\]\([^)\s]*)\bspec\/([a-z-]+\.md)/g;
/** What may follow the page: sections, words of it in quotes, ids of invariants. */
const PLACES = /^(?:[\s,:]*(?:and\s+)?(?:\d\.\d{1,2}|"[^"]+"|[A-Z]\d{1,2}\b))+/;
const PLACE = /(\d\.\d{1,2})|"([^"]+)"|([A-Z]\d{1,2})/g;
/** How the pages were called before they came here, and a section whose page is left to be guessed. */
const VAGUE =
  /\b\d{1,2}-(?:product|domain|runtime|http-api|cli|inspector|style|reliability|performance)\.md|\([2-9]\.\d{1,2}\)/g;

/** Citations, `spec/domain.md 2.4`, that name no page or no section, or one that is not there; and other pages of docs/. */
export function checkCitations(texts: Sources, pages: Pages): Problem[] {
  return [...texts].flatMap(([file, text]) => {
    const at = (index: number, message: string): Problem => ({ file, line: lineOf(text, index), message });
    const vague = (file.startsWith(SPEC) ? [] : commentsOf(file, text)).flatMap(([start, comment]) =>
      [...comment.matchAll(VAGUE)].map(({ 0: found, index }) =>
        at(start + index, `${found}: cite a page of ${SPEC} with its section, e.g. spec/domain.md 2.4`),
      ),
    );
    const cited = [...text.matchAll(CITED)].flatMap(({ 0: found, 1: name = "", index }) => {
      const page = pages.get(SPEC + name);
      if (page === undefined) return [at(index, `${found}: there is no ${SPEC}${name}`)];
      const rest = text.slice(index + found.length).replaceAll(/\n\s*(?:\*|\/\/)?\s*/g, " ");
      const places = PLACES.exec(rest)?.[0] ?? "";
      const wrong = whatIsNotThere(page, places);
      return wrong === null ? [] : [at(index, `${found}${places}: ${wrong}`)];
    });
    const others = [...text.matchAll(/\bdocs\/[\w./-]+\.md/g)]
      .filter(([path]) => !path.startsWith(SPEC) && !pages.has(path))
      .map(({ 0: path, index }) => at(index, `there is no ${path}`));
    return [...vague, ...cited, ...others];
  });
}

/** Sections that the specification names without their page, `(2.5)`, and that no page of it has. */
export function checkSections(pages: Pages): Problem[] {
  const spec = [...pages].filter(([file]) => file.startsWith(SPEC));
  const numbers = new Set(
    spec.flatMap(([, page]) => headingsOf(page).map((heading) => heading.split(" ")[0])),
  );
  return spec.flatMap(([file, text]) =>
    [...text.matchAll(/\((\d\.\d{1,2})\)/g)]
      .filter(([, section]) => !numbers.has(section))
      .map(({ 0: found, index }) => ({
        file,
        line: lineOf(text, index),
        message: `${found}: no such section`,
      })),
  );
}

function whatIsNotThere(page: string, places: string): string | null {
  let sections = 0;
  for (const [, section, quote, id] of places.matchAll(PLACE)) {
    if (section !== undefined && !headingsOf(page).some((heading) => heading.startsWith(`${section} `)))
      return `there is no section ${section}`;
    if (section !== undefined) sections += 1;
    if (quote !== undefined && !page.includes(quote)) return `it does not say "${quote}"`;
    if (id !== undefined && !idsOf(page).has(id)) return `there is no ${id}`;
  }
  return sections === 0 ? "which section?" : null;
}

/** Ids of invariants (M3, T9, …) that the specification does not know. */
export function checkInvariants(texts: Sources, pages: Pages): Problem[] {
  const known = idsOf(pages.get(INVARIANTS) ?? "");
  return [...texts].flatMap(([file, text]) =>
    [...text.matchAll(ID)]
      .filter(([id]) => !known.has(id) && !NO_INVARIANT.has(id))
      .map(({ 0: id, index }) => ({
        file,
        line: lineOf(text, index),
        message: `${INVARIANTS} has no ${id}`,
      })),
  );
}

const ID = /\b[MTDAKLIEV]\d{1,2}\b/g;

function idsOf(page: string): Set<string> {
  return new Set([...page.matchAll(ID)].map(([id]) => id));
}

/** Comments with where they begin; of a page, all of it. */
function commentsOf(file: string, text: string): [start: number, comment: string][] {
  if (file.endsWith(".md")) return [[0, text]];
  return [...text.matchAll(/\/\*[\s\S]*?\*\/|\/\/.*/g)].map(({ 0: comment, index }) => [index, comment]);
}

function headingsOf(text: string): string[] {
  return [...blank(FENCED, text).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => heading.trim());
}

/** As GitHub makes them: lower case, without punctuation, a hyphen for each space; a second one of a name gets a number. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const heading of headingsOf(text)) {
    const words = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const slug = words.replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(/\s/g, "-");
    let anchor = slug;
    for (let n = 1; anchors.has(anchor); n += 1) anchor = `${slug}-${n}`;
    anchors.add(anchor);
  }
  return anchors;
}

const FENCED = /^```[\s\S]*?^```/gm;
const CODE = /^```[\s\S]*?^```|`[^`\n]*`/gm;

/** The text with spaces for what matches, so that places stay where they are. */
function blank(what: RegExp, text: string): string {
  return text.replaceAll(what, (found) => found.replaceAll(/[^\n]/g, " "));
}

function lineOf(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}

/** Whether a path from the root of a project leads to a file or folder. */
export function existsIn(root: string): (path: string) => boolean {
  return (path) => existsSync(`${root}/${path}`);
}
