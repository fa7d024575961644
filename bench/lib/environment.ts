import { execFileSync } from "node:child_process";
import { cpus, totalmem } from "node:os";
import { dirname } from "node:path";
import { sqliteLibrary } from "../../store/dialects/sqlite/library.ts";

const ROOT = dirname(dirname(import.meta.dirname));

/** Where and what was measured; printed and stored with every result. */
export interface Environment {
  readonly machine: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly platform: string;
  readonly node: string;
  readonly sqlite: string;
  /** `+` behind it: the working tree differed from it. */
  readonly commit: string;
  /** Whether what was measured is what this commit holds. */
  readonly isCommitted: boolean;
  readonly date: string;
}

/** null = this is no repository, or git is missing. */
function git(...args: string[]): string | null {
  try {
    return execFileSync("git", args, {
      cwd: ROOT,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return null;
  }
}

const WRITTEN = ["docs/performance.md", "docs/performance.svg"];

/** The table and the chart that a benchmark writes do not count as a change. */
function commitOf(): Pick<Environment, "commit" | "isCommitted"> {
  const name = git("rev-parse", "--short", "HEAD");
  if (name === null) return { commit: "none", isCommitted: false };
  const isCommitted = git("status", "--porcelain", "--", ".", ...WRITTEN.map((file) => `:!${file}`)) === "";
  return { commit: isCommitted ? name : `${name}+`, isCommitted };
}

export function environment(): Environment {
  const database = new (sqliteLibrary())(":memory:");
  const version = database.prepare("SELECT sqlite_version() AS version").get() as { version: string };
  database.close();
  const processors = cpus();
  return {
    machine: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    sqlite: version.version,
    ...commitOf(),
    date: new Date().toISOString().slice(0, 10),
  };
}

export function describeEnvironment(found: Environment): string {
  return `${found.machine}, ${found.cores} cores, ${found.memoryGb} GB, ${found.platform} · Node ${found.node} · SQLite ${found.sqlite} · commit ${found.commit} · ${found.date}`;
}
