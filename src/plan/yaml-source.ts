import { LineCounter, isAlias, isMap, isScalar, isSeq, parseDocument, visit } from "yaml";
import type { Document, Node, Pair } from "yaml";

/** One thing that is wrong with a file, at its place. Lines and columns count from 1. */
export interface FileIssue {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** A place in the parsed value, from its root: `["tasks", 3, "run"]`. */
export type ValuePath = readonly (string | number)[];

/** Where at a place an issue is shown: at the key of its pair, or at the value. */
export type Spot = "key" | "value";

/** Larger plans are refused before they are parsed. */
const FILE_BYTES_MAX = 1_048_576;

/** The syntax of YAML that plans do without: what is written once should stand once. */
const ALIAS = "is an alias; aliases are not accepted in a plan: write it out";
const ANCHOR = "has an anchor; anchors are not accepted in a plan: write it out";

/** The text of a file as everything else sees it: no byte order mark, line ends as LF. null = it is not UTF-8 or too large. */
export function decodeText(bytes: Uint8Array): { text: string } | { problem: string; offset: number } {
  if (bytes.length > FILE_BYTES_MAX) {
    return {
      problem: `the file is ${bytes.length} bytes long; at most ${FILE_BYTES_MAX} are accepted`,
      offset: 0,
    };
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return { text: text.replaceAll("\r\n", "\n") };
  } catch {
    return { problem: "the file is not valid UTF-8 from here on", offset: validPrefix(bytes) };
  }
}

/** A parsed YAML file that knows where each of its values stands. */
export class YamlSource {
  readonly file: string;
  /** What is wrong with the syntax; while there is anything, {@link value} means nothing. */
  readonly issues: readonly FileIssue[];
  /** As plain JSON. null = the file holds nothing. */
  readonly value: unknown;
  readonly #document: Document;
  readonly #lines: LineCounter;

  constructor(file: string, text: string) {
    this.file = file;
    this.#lines = new LineCounter();
    // Duplicate keys are reported here, at their second place; so the parser need not.
    this.#document = parseDocument(text, {
      lineCounter: this.#lines,
      prettyErrors: false,
      uniqueKeys: false,
      stringKeys: true,
      logLevel: "error",
    });
    this.issues = this.#findIssues();
    this.value = this.issues.length === 0 ? this.#document.toJS() : null;
  }

  /** An issue at a place; where there is nothing (a missing field), at what should hold it. */
  issue(path: ValuePath, message: string, spot: Spot = "value"): FileIssue {
    return this.#at(this.#offsetOf(path, spot), message);
  }

  #at(offset: number, message: string): FileIssue {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.file, line: Math.max(1, line), column: Math.max(1, col), message };
  }

  #findIssues(): FileIssue[] {
    const { errors, warnings, directives } = this.#document;
    const issues = [...errors, ...warnings].map(({ pos, message }) => ({
      offset: pos[0],
      message: inWords(message),
    }));
    if (directives?.yaml.version !== "1.2") issues.push({ offset: 0, message: "only YAML 1.2 is accepted" });
    if (errors.length === 0) issues.push(...this.#findFlaws());
    return issues.sort((a, b) => a.offset - b.offset).map(({ offset, message }) => this.#at(offset, message));
  }

  #findFlaws(): { offset: number; message: string }[] {
    const flaws: { offset: number; message: string }[] = [];
    visit(this.#document, {
      Node(_key, node) {
        const offset = node.range?.[0] ?? 0;
        if (isAlias(node)) flaws.push({ offset, message: `"*${node.source}" ${ALIAS}` });
        else if (node.anchor !== undefined) flaws.push({ offset, message: `"&${node.anchor}" ${ANCHOR}` });
      },
      Map(_key, map) {
        const seen = new Set<string>();
        for (const { key } of map.items) {
          const name = keyText(key);
          const offset = offsetOf(key) ?? 0;
          if (seen.has(name))
            flaws.push({ offset, message: `${JSON.stringify(name)} stands twice in the same place` });
          if (name === "__proto__")
            flaws.push({ offset, message: `"__proto__" is a key that is never accepted` });
          seen.add(name);
        }
      },
    });
    return flaws;
  }

  #offsetOf(path: ValuePath, spot: Spot): number {
    let node: unknown = this.#document.contents;
    let offset = offsetOf(node) ?? 0;
    for (const [index, step] of path.entries()) {
      const last = index === path.length - 1;
      const pair = pairAt(node, step);
      if (pair !== null) {
        node = pair.value;
        const key = offsetOf(pair.key);
        // A key with nothing behind it has no value to point at.
        const value = isEmpty(node) ? null : offsetOf(node);
        offset = (last && spot === "key" ? key : (value ?? key)) ?? offset;
      } else if (isSeq(node) && typeof step === "number" && node.items[step] !== undefined) {
        node = node.items[step];
        offset = offsetOf(node) ?? offset;
      } else break;
    }
    return offset;
  }
}

function pairAt(node: unknown, step: string | number): Pair | null {
  if (!isMap(node)) return null;
  return node.items.find(({ key }) => keyText(key) === String(step)) ?? null;
}

/** Nothing was written there; `""` is something. */
function isEmpty(node: unknown): boolean {
  const range = isScalar(node) ? node.range : null;
  return range !== null && range !== undefined && range[0] === range[1];
}

function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : "";
}

function offsetOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

/** The parser's messages, where they are worded for programmers. */
function inWords(message: string): string {
  if (message.includes("parseAllDocuments")) return "a plan is one document: a second one begins here";
  if (message.includes("call stack")) return "is nested too deeply";
  const tag = /^Unresolved tag: (.*)$/.exec(message);
  return tag === null ? message : `the tag ${tag[1]?.replace("tag:yaml.org,2002:", "!!")} is not accepted`;
}

/** How many bytes from the start are valid UTF-8, to the last whole line. */
function validPrefix(bytes: Uint8Array): number {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let start = 0;
  for (let end = 0; end < bytes.length; end = start) {
    end = bytes.indexOf(0x0a, start) + 1;
    if (end === 0) end = bytes.length;
    try {
      decoder.decode(bytes.subarray(start, end));
    } catch {
      return start;
    }
    start = end;
  }
  return start;
}
