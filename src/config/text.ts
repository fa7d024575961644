import { visit } from "yaml";
import type { Document } from "yaml";
import { HopperError } from "../../machines/errors.ts";
import type { Path } from "../contracts/scan.ts";
import { offsetOf, YamlSource, type Place } from "./yaml-source.ts";

/** A configuration file that has been read: what it says, and where it says it. */
export interface ConfigText {
  readonly content: unknown;
  /** Where this path stands: its key, or the last part of it that is there. */
  place(path: Path): Place;
}

const TEXT_BYTES = 1_048_576;
const START: Place = { line: 1, column: 1 };
/** An anchor may be used now and then; a "billion laughs" file is refused. */
const ALIASES = 100;

/** Reads YAML, or JSON (by the file's name). Throws `bad_configuration` with file, line and column. */
export function readConfigText(text: string, file: string): ConfigText {
  if (Buffer.byteLength(text) > TEXT_BYTES) {
    const message = `is larger than ${TEXT_BYTES} bytes`;
    throw badText({ file, place: START, message, change: "make it smaller" });
  }
  const clean = text.startsWith("\uFEFF") ? text.slice(1) : text;
  return isJson(file) ? readJson(clean, file) : readYaml(clean, file);
}

function isJson(file: string): boolean {
  return file.toLowerCase().endsWith(".json");
}

function readYaml(text: string, file: string): ConfigText {
  const source = new YamlSource(text);
  const [problem] = [...source.document.errors, ...source.document.warnings];
  if (problem !== undefined) {
    throw badText({ file, place: source.placeAt(problem.pos[0]), message: firstLine(problem.message) });
  }
  return { content: contentOf(source, file), place: (path) => source.place(path, "key") };
}

function contentOf(source: YamlSource, file: string): unknown {
  try {
    return source.document.toJS({ maxAliasCount: ALIASES }) as unknown;
  } catch (error) {
    const place = source.placeAt(lostAlias(source.document));
    throw badText({ file, place, message: firstLine((error as Error).message) });
  }
}

/** Where the first alias stands that has no anchor before it. */
function lostAlias(document: Document): number {
  let offset = 0;
  visit(document, {
    Alias: (_key, node) => {
      if (node.resolve(document) !== undefined) return undefined;
      offset = offsetOf(node);
      return visit.BREAK;
    },
  });
  return offset;
}

function readJson(text: string, file: string): ConfigText {
  let content: unknown;
  try {
    content = text.trim() === "" ? null : JSON.parse(text);
  } catch (error) {
    throw badText({ file, place: placeIn(text, brokenAt(text)), message: complaint(error) });
  }
  // JSON is YAML: its places are found the same way.
  const source = new YamlSource(text, { uniqueKeys: false });
  return { content, place: (path) => source.place(path, "key") };
}

function complaint(error: unknown): string {
  return (error as Error).message.replace(
    / in JSON at position.*$|, (?:\.\.\.)?".*" is not valid JSON$/s,
    "",
  );
}

/** Where JSON stops being the beginning of something valid. V8 does not always say; it is found by halving. */
function brokenAt(text: string): number {
  let [good, bad] = [0, text.length + 1];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (isBroken(text.slice(0, middle))) bad = middle;
    else good = middle;
  }
  return good;
}

/** false = valid, or nothing is wrong with it but that it ends too early. */
function isBroken(beginning: string): boolean {
  try {
    JSON.parse(beginning);
    return false;
  } catch (error) {
    const message = (error as Error).message;
    const position = /at position (\d+)/.exec(message);
    return position === null
      ? !message.includes("end of JSON input")
      : !message.startsWith("Unterminated") && Number(position[1]) < beginning.length;
  }
}

function placeIn(text: string, offset: number): Place {
  const rows = text.slice(0, offset).split("\n");
  return { line: rows.length, column: (rows.at(-1) ?? "").length + 1 };
}

function firstLine(message: string): string {
  return message.split("\n")[0] ?? message;
}

function badText(params: { file: string; place: Place; message: string; change?: string }): HopperError {
  const { file, place, message } = params;
  const change = params.change ?? `make it valid ${isJson(file) ? "JSON" : "YAML"} there`;
  return new HopperError("bad_configuration", `${file}:${place.line}:${place.column}: ${message}`, {
    file,
    line: place.line,
    column: place.column,
    issues: [{ path: "", message }],
    fix: `edit ${file}, line ${place.line}: ${change}`,
  });
}
