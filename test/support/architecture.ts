import { matchesGlob, posix } from "node:path";
import type { Sources } from "./project-files.ts";
import { readFacts, type ImportFact, type SourceFacts } from "./source-facts.ts";

/** One breach of a rule, worded for the person who made it. */
export interface Problem {
  /** Path from the root of the project. */
  file: string;
  /** From 1. */
  line: number;
  message: string;
}

type Layer = "machines" | "store" | "actors" | "src" | "cli";

interface LayerRule {
  /** Folders (ending in a slash) and files that a file of this layer may import. */
  may: readonly string[];
  /** Files that it may only import while running (`import("…")`), or for their types. */
  dynamicOnly?: readonly string[];
  packages: "any" | { only: readonly string[] } | { not: readonly string[] };
  /** Folders that may be reached through others, beyond `may`. */
  through?: readonly string[];
  reason: string;
}

const ORM = ["@mikro-orm", "better-sqlite3"];
/** This package by its own name: a way around the rules. */
const SELF = "hopper-runtime";
const OUTSIDE = [
  "node:timers",
  "node:perf_hooks",
  "node:crypto",
  "node:fs",
  "node:net",
  "node:http",
  "node:https",
];

/** Who may import whom. `.oxlintrc.json` says the same where a linter can: file by file. */
export const LAYERS: Record<Layer, LayerRule> = {
  machines: {
    may: ["machines/"],
    packages: { only: ["xstate", "minisearch"] },
    reason: "machines/ decides and nothing else: it imports only itself, xstate and minisearch",
  },
  store: {
    may: ["store/", "machines/"],
    packages: { not: [SELF, "node:timers", "node:perf_hooks", "timers", "uuid"] },
    reason:
      "store/ remembers and knows nothing of who asks: it imports itself and machines/, and takes time and ids as they are passed in",
  },
  actors: {
    may: ["actors/", "machines/", "store/store.ts"],
    packages: {
      not: [...ORM, ...OUTSIDE, "node:child_process", "node:os", "node:process", "timers", "uuid"],
    },
    reason:
      "actors/ is the loop: it imports itself, machines/ and the port store/store.ts, and reaches the outside through ports",
  },
  src: {
    may: ["src/", "machines/", "store/", "actors/"],
    packages: "any",
    reason: "src/ is the product as a library: the CLI, the page, tests and tools stand above it",
  },
  cli: {
    may: ["cli/", "src/contracts/", "src/narration/", "src/http-client.ts", "src/http-client/"],
    dynamicOnly: ["src/index.ts"],
    packages: { not: [SELF, ...ORM, "xstate"] },
    through: ["machines/"],
    reason:
      "cli/ imports src/contracts, src/narration and src/http-client, and src/index.ts by dynamic import only: talking to a daemon must load no ORM",
  },
};

/** Names that read the clock, roll dice or set timers. `Math` is looked at by property. */
const FORBIDDEN_USES: Record<string, string> = {
  Date: "time is passed in (now, Clock)",
  performance: "time is passed in (now, Clock)",
  "process.hrtime": "time is passed in (now, Clock)",
  "process.uptime": "time is passed in (now, Clock)",
  setTimeout: "timers belong to the Clock that was passed in",
  setInterval: "timers belong to the Clock that was passed in",
  setImmediate: "timers belong to the Clock that was passed in",
  "AbortSignal.timeout": "timers belong to the Clock that was passed in",
  "Math.random": "randomness is passed in (Random)",
  crypto: "ids and randomness are passed in (Ids, Random)",
  globalThis: "it is a way around these rules; what is needed is passed in",
  global: "it is a way around these rules; what is needed is passed in",
};

const PURE_LAYERS = new Set<Layer>(["machines", "store", "actors"]);

/**
 * Checks who imports whom: static imports, re-exports, dynamic imports, `import type`, `import("…").Type` and require,
 * directly and through other files.
 */
export function checkImports(sources: Sources): Problem[] {
  const facts = new Map([...sources].map(([path, text]) => [path, readFacts(text)]));
  return [...facts].flatMap(([path, { imports }]) => {
    const layer = layerOf(path);
    if (layer === null) return [];
    const direct = imports.flatMap((fact) => {
      const fault = faultOf({ layer, path, fact });
      return fault === null ? [] : [{ file: path, line: fact.line, message: fault }];
    });
    return direct.length > 0 ? direct : checkReached({ layer, path, facts });
  });
}

/** Checks that machines/, store/ and actors/ read no clock, roll no dice and set no timers of their own. */
export function checkForbiddenUses(sources: Sources): Problem[] {
  return [...sources].flatMap(([path, text]) => {
    const layer = layerOf(path);
    if (layer === null || !PURE_LAYERS.has(layer)) return [];
    return readFacts(text).uses.flatMap(({ name, line }) => {
      const reason = Object.hasOwn(FORBIDDEN_USES, name) ? FORBIDDEN_USES[name] : undefined;
      return reason === undefined
        ? []
        : [{ file: path, line, message: `${layer}/ must not use ${name}: ${reason}` }];
    });
  });
}

/** The part of the lint configuration that says how long a file may be, and which may be longer and why. */
export interface LengthLimits {
  max: number;
  exceptions: { files: string[]; max: number; reason: string | null }[];
}

/** Reads the limits out of the text of `.oxlintrc.json`; an exception's reason is its first line, `// reason: …`. */
export function readLengthLimits(lintConfig: string): LengthLimits {
  const config = parseLintConfig(lintConfig);
  const exceptions = config.overrides.flatMap(({ files, rules, reason }) => {
    const rule = rules["eslint/max-lines"];
    return rule === undefined ? [] : [{ files, reason: reason ?? null, max: maxOf(rule) }];
  });
  return { max: maxOf(config.rules["eslint/max-lines"]), exceptions };
}

/** Checks that no file is longer than the lint configuration allows, and that every exception there has its reason. */
export function checkLengths(sources: Sources, limits: LengthLimits): Problem[] {
  const unexplained = limits.exceptions
    .filter(({ reason }) => reason === null)
    .map(({ files }) => ({
      file: ".oxlintrc.json",
      line: 1,
      message: `the longer files ${files.join(", ")} need a "// reason: …"`,
    }));
  const tooLong = [...sources].flatMap(([path, text]) => {
    const lines = text.replace(/\n$/, "").split("\n").length;
    const exception = limits.exceptions.findLast(({ files }) =>
      files.some((glob) => matchesGlob(path, glob)),
    );
    const max = exception?.max ?? limits.max;
    if (lines <= max) return [];
    return [
      {
        file: path,
        line: max + 1,
        message: `${lines} lines, more than ${max}: split it, or give a reason in .oxlintrc.json`,
      },
    ];
  });
  return [...unexplained, ...tooLong];
}

/** The problems as lines of text, `file:line message`, for a test's failure. */
export function describeProblems(problems: readonly Problem[]): string[] {
  return problems.map(({ file, line, message }) => `${file}:${line} ${message}`);
}

function faultOf({ layer, path, fact }: { layer: Layer; path: string; fact: ImportFact }): string | null {
  const rule = LAYERS[layer];
  if (fact.specifier === null)
    return `${rule.reason} (this ${fact.kind} import is computed: nobody can check it)`;
  const said = `${rule.reason}, not "${fact.specifier}"${fact.kind === "static" ? "" : ` (${fact.kind} import)`}`;
  const target = resolve(path, fact.specifier);
  if (target === null) return mayUsePackage(rule, fact.specifier) ? null : said;
  if (isBelow(target, rule.may)) return null;
  const late = fact.kind === "dynamic" || fact.kind === "type";
  return late && isBelow(target, rule.dynamicOnly ?? []) ? null : said;
}

/** Follows what this file loads, through files that are allowed, to one that is not: shortest way first. */
function checkReached(params: { layer: Layer; path: string; facts: Map<string, SourceFacts> }): Problem[] {
  const { layer, path, facts } = params;
  const rule = LAYERS[layer];
  const inReach = [...rule.may, ...(rule.through ?? [])];
  const ways: string[][] = [[path]];
  const seen = new Set([path]);
  for (const way of ways) {
    const here = way.at(-1) ?? path;
    for (const { kind, specifier } of facts.get(here)?.imports ?? []) {
      // What only exists for the compiler, or is loaded on demand, is not loaded with this file.
      if (specifier === null || kind === "type" || kind === "dynamic") continue;
      const target = resolve(here, specifier);
      const allowed = target === null ? mayReachPackage(rule, specifier) : isBelow(target, inReach);
      if (!allowed && here !== path && layerOf(here) !== layer) {
        const chain = [...way, target ?? specifier].join(" → ");
        return [
          { file: path, line: 1, message: `${rule.reason}; here it is reached through others: ${chain}` },
        ];
      }
      if (allowed && target !== null && !seen.has(target)) {
        seen.add(target);
        ways.push([...way, target]);
      }
    }
  }
  return [];
}

function mayUsePackage({ packages }: LayerRule, specifier: string): boolean {
  if (packages === "any") return true;
  return "only" in packages ? isPackage(specifier, packages.only) : !isPackage(specifier, packages.not);
}

/** What others import beside it is their business, except for the ORM. */
function mayReachPackage({ packages }: LayerRule, specifier: string): boolean {
  return (
    packages === "any" ||
    "only" in packages ||
    !isPackage(
      specifier,
      packages.not.filter((name) => ORM.includes(name)),
    )
  );
}

function isPackage(specifier: string, names: readonly string[]): boolean {
  return names.some((name) => specifier === name || specifier.startsWith(`${name}/`));
}

function isBelow(path: string, places: readonly string[]): boolean {
  return places.some((place) => (place.endsWith("/") ? path.startsWith(place) : path === place));
}

/** A path from the root for "./x.ts", null for a package. */
export function resolve(from: string, specifier: string): string | null {
  return specifier.startsWith(".") ? posix.join(posix.dirname(from), specifier) : null;
}

/** null for a file of no layer. */
export function layerOf(path: string): Layer | null {
  const folder = path.split("/")[0] ?? "";
  return Object.hasOwn(LAYERS, folder) ? (folder as Layer) : null;
}

interface LintConfig {
  rules: Record<string, unknown>;
  overrides: { files: string[]; rules: Record<string, unknown>; reason?: string }[];
}

function parseLintConfig(text: string): LintConfig {
  const json = text
    .replaceAll(/^\s*\/\/ reason: (.*)$/gm, (_line, reason: string) => `"reason": ${JSON.stringify(reason)},`)
    .replaceAll(/("(?:[^"\\]|\\.)*")|\/\/.*$/gm, (_match, string: string | undefined) => string ?? "");
  return JSON.parse(json) as LintConfig;
}

/** A limit as the linter takes it: "off", or ["error", { max }] . */
function maxOf(rule: unknown): number {
  const options: unknown = Array.isArray(rule) ? rule[1] : null;
  return typeof options === "object" && options !== null && "max" in options ? Number(options.max) : Infinity;
}
