import { LineCounter, isMap, isScalar, isSeq, parseDocument } from "yaml";
import type { Document, DocumentOptions, Node, Pair, ParseOptions, SchemaOptions } from "yaml";
import type { Path } from "../contracts/scan.ts";

/** A place in a text, both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** What of a pair is pointed at: its key, or its value. */
export type Spot = "key" | "value";

/** A parsed text that knows where each of its values stands; JSON is YAML, so it may be that. */
export class YamlSource {
  readonly document: Document;
  readonly #lines = new LineCounter();

  constructor(text: string, options: ParseOptions & DocumentOptions & SchemaOptions = {}) {
    this.document = parseDocument(text, { ...options, lineCounter: this.#lines, prettyErrors: false });
  }

  /** Where this path stands, or as much of it as there is. */
  place(path: Path, spot: Spot): Place {
    let node: unknown = this.document.contents;
    let offset = offsetOf(node);
    for (const step of path) {
      const pair = pairAt(node, step);
      if (pair !== undefined) {
        node = pair.value;
        // A key with nothing behind it has no value to point at.
        offset = offsetOf(spot === "key" || isEmpty(node) ? pair.key : node);
      } else if (isSeq(node) && typeof step === "number" && node.items[step] !== undefined) {
        node = node.items[step];
        offset = offsetOf(node);
      } else break;
    }
    return this.placeAt(offset);
  }

  placeAt(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }
}

function pairAt(node: unknown, step: string | number): Pair | undefined {
  return isMap(node) ? node.items.find(({ key }) => keyText(key) === String(step)) : undefined;
}

/** A key as it names its value; "" = it is none that could. */
export function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : "";
}

/** Nothing was written there; `""` is something. */
function isEmpty(node: unknown): boolean {
  if (node === null) return true;
  const range = isScalar(node) ? node.range : null;
  return range !== null && range !== undefined && range[0] === range[1];
}

/** Where a node begins; 0 = it has no place of its own. */
export function offsetOf(node: unknown): number {
  return (node as Node | null | undefined)?.range?.[0] ?? 0;
}
