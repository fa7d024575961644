import { isUtf8 } from "node:buffer";
import { isAlias, visit } from "yaml";
import { keyText, offsetOf, YamlSource, type Place, type Spot } from "../config/yaml-source.ts";
import { pathText } from "../contracts/check.ts";
import type { Path } from "../contracts/scan.ts";

/** One thing that is wrong with a file, at its place. */
export interface FileIssue extends Place {
  readonly file: string;
  readonly message: string;
}

/** Larger plans are refused before they are parsed. */
const FILE_BYTES_MAX = 1_048_576;

/** The syntax of YAML that plans do without: what is written once should stand once. */
const ALIAS = "is an alias; aliases are not accepted in a plan: write it out";
const ANCHOR = "has an anchor; anchors are not accepted in a plan: write it out";

/** The text of a file as everything else sees it: no byte order mark, line ends as LF; or why it has none. */
export function decodeText(file: string, bytes: Uint8Array): string | FileIssue {
  if (bytes.length > FILE_BYTES_MAX) {
    const message = `the file is ${bytes.length} bytes long; at most ${FILE_BYTES_MAX} are accepted`;
    return { file, line: 1, column: 1, message };
  }
  if (isUtf8(bytes)) return new TextDecoder().decode(bytes).replaceAll("\r\n", "\n");
  const lines = Buffer.from(bytes).toString("latin1").split("\n");
  const broken = lines.findIndex((line) => !isUtf8(Buffer.from(line, "latin1")));
  return { file, line: broken + 1, column: 1, message: "the file is not valid UTF-8 from here on" };
}

/** A plan's text, parsed. */
export class PlanSource {
  readonly file: string;
  /** What is wrong with the syntax; while there is anything, {@link value} means nothing. */
  readonly issues: readonly FileIssue[];
  /** As plain JSON. null = the file holds nothing. */
  readonly value: unknown;
  readonly #yaml: YamlSource;

  constructor(file: string, text: string) {
    this.file = file;
    // Duplicate keys are reported here, at their second place; so the parser need not.
    this.#yaml = new YamlSource(text, { uniqueKeys: false, stringKeys: true, logLevel: "error" });
    this.issues = this.#findFlaws()
      .sort((a, b) => a.offset - b.offset)
      .map(({ offset, message }) => this.flaw(offset, message));
    this.value = this.issues.length === 0 ? this.#yaml.document.toJS() : null;
  }

  /**
   * An issue with what stands at a path, shown at its place; where there is nothing (a missing field), at what should
   * hold it. `message` reads on after the path.
   */
  issue(path: Path, message: string, spot: Spot = "value"): FileIssue {
    const what = path.length === 0 ? "the plan" : pathText(path);
    return { file: this.file, ...this.#yaml.place(path, spot), message: `${what} ${message}` };
  }

  /** An issue with what stands at an offset of the text. */
  flaw(offset: number, message: string): FileIssue {
    return { file: this.file, ...this.#yaml.placeAt(offset), message };
  }

  #findFlaws(): Flaw[] {
    const { document } = this.#yaml;
    const { errors, warnings, directives } = document;
    const flaws = [...errors, ...warnings].map(({ pos, message }): Flaw => ({
      offset: pos[0],
      message: inWords(message),
    }));
    if (directives?.yaml.version !== "1.2") flaws.push({ offset: 0, message: "only YAML 1.2 is accepted" });
    if (errors.length > 0) return flaws;
    visit(document, {
      Node(_key, node) {
        const offset = offsetOf(node);
        if (isAlias(node)) flaws.push({ offset, message: `"*${node.source}" ${ALIAS}` });
        else if (node.anchor !== undefined) flaws.push({ offset, message: `"&${node.anchor}" ${ANCHOR}` });
      },
      Map(_key, map) {
        const seen = new Set<string>();
        for (const { key } of map.items) {
          const name = keyText(key);
          const offset = offsetOf(key);
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
}

interface Flaw {
  readonly offset: number;
  readonly message: string;
}

/** The parser's messages, where they are worded for programmers. */
function inWords(message: string): string {
  if (message.includes("parseAllDocuments")) return "a plan is one document: a second one begins here";
  if (message.includes("call stack")) return "is nested too deeply";
  const tag = /^Unresolved tag: (.*)$/.exec(message);
  return tag === null ? message : `the tag ${tag[1]?.replace("tag:yaml.org,2002:", "!!")} is not accepted`;
}
