import { execFileSync } from "node:child_process";
import { cpus, totalmem } from "node:os";
import { sqliteLibrary } from "../../store/dialects/sqlite/library.ts";

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
  readonly date: string;
}

function git(...args: string[]): string {
  try {
    return execFileSync("git", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return "";
  }
}

function commitName(): string {
  const name = git("rev-parse", "--short", "HEAD") || "uncommitted";
  return git("status", "--porcelain") === "" ? name : `${name}+`;
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
    commit: commitName(),
    date: new Date().toISOString().slice(0, 10),
  };
}

export function describeEnvironment(found: Environment): string {
  return `${found.machine}, ${found.cores} cores, ${found.memoryGb} GB, ${found.platform} · Node ${found.node} · SQLite ${found.sqlite} · commit ${found.commit} · ${found.date}`;
}
