import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { HopperError } from "../../machines/errors.ts";
import type { Layer } from "./layer.ts";
import { asWritten } from "./scope-names.ts";
import { readConfigText } from "./text.ts";
import type { Path } from "../contracts/scan.ts";
import { shellWord } from "../contracts/shell-word.ts";

const FILE_NAMES = ["hopper.yaml", "hopper.yml", "hopper.json"];
/** The reference's names; each holds one section, with or without its name above it. Source: spec/domain.md 2.9. */
const INCLUDES = [
  { name: "scope_behaviors.yaml", section: "scopes" },
  { name: "delegation_policies.yaml", section: "delegation" },
];

/** Where files of settings are looked for. */
export interface Places {
  /** `--config`: read instead of what would be found. */
  readonly file?: string | undefined;
  /** Where hopper.yaml (or .json) is looked for first … */
  readonly dataFolder?: string | undefined;
  /** … and then. */
  readonly workingFolder?: string | undefined;
}

/**
 * What the files say, least important first. `files` is given their names. Throws `bad_configuration` with the place
 * in the file, and `validation_failed` when a file cannot be read.
 */
export function fileLayers(places: Places, files: string[]): Layer[] {
  const found = places.file ?? findFile(places);
  const folder = found === undefined ? places.dataFolder : dirname(found);
  if (folder === undefined) return [];
  const layers: Layer[] = [];
  for (const { name, section } of INCLUDES) {
    const path = join(folder, name);
    if (path !== found && existsSync(path)) layers.push(includeLayer(path, section, files));
  }
  if (found !== undefined) layers.push(fileLayer(found, files));
  return layers;
}

function findFile({ dataFolder, workingFolder }: Places): string | undefined {
  return [dataFolder, workingFolder]
    .filter((folder) => folder !== undefined)
    .flatMap((folder) => FILE_NAMES.map((name) => join(folder, name)))
    .find((path) => existsSync(path));
}

function fileLayer(file: string, files: string[]): Required<Layer> {
  const text = readConfigText(readText(file), file);
  files.push(file);
  const place: Required<Layer>["place"] = (path) => ({ file, ...text.place(asWritten(text.content, path)) });
  return {
    content: text.content ?? {},
    origin: (path) => `${file}:${place(path).line}:${place(path).column}`,
    place,
    mend: (path, change) => `edit ${file}, line ${place(path).line}: ${change}`,
    folder: dirname(file),
  };
}

function includeLayer(file: string, section: string, files: string[]): Layer {
  const layer = fileLayer(file, files);
  const { content } = layer;
  const named = typeof content === "object" && content !== null && section in content;
  if (named) return layer;
  const whole = { [section]: content };
  const inner = (path: Path): Path => asWritten(whole, path).slice(1);
  return {
    content: whole,
    origin: (path) => layer.origin(inner(path)),
    place: (path) => layer.place(inner(path)),
    mend: (path, change) => layer.mend(inner(path), change),
    folder: layer.folder,
  };
}

/** Why a file cannot be read, in words, by the code of the error. */
export const READ_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "it is a folder",
  EACCES: "it is not permitted",
};

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    const detail = `the configuration file ${file} cannot be read: ${READ_ERRORS[code] ?? code}`;
    const look = code === "ENOENT" ? dirname(file) : file;
    throw new HopperError("validation_failed", detail, { file, fix: `ls -ld ${shellWord(look)}` });
  }
}
