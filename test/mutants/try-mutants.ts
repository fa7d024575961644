import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import type { Mutant } from "./mutant.ts";

const ROOT = join(import.meta.dirname, "..", "..");
/** What is made, not written; the libraries are lent. */
const LEFT_OUT = new Set([".git", ".gate", "coverage", "dist", "node_modules"]);
const LIMIT_MS = 60_000;

/** What became of a bug that was planted. */
export interface Tried {
  readonly mutant: Mutant;
  /** null = its text does not stand there once: nothing was tried. */
  readonly killed: boolean | null;
}

/**
 * Plants each bug in a copy of the sources, alone, and runs the tests that must find it.
 *
 * @param report called with each as it is known.
 */
export async function tryMutants(
  mutants: readonly Mutant[],
  report: (tried: Tried) => void = () => undefined,
): Promise<Tried[]> {
  const copy = mkdtempSync(join(tmpdir(), "hopper-mutants-"));
  try {
    for (const name of readdirSync(ROOT)) {
      if (!LEFT_OUT.has(name)) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
    }
    symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
    const tried: Tried[] = [];
    for (const mutant of mutants) {
      const one = { mutant, killed: await isKilled(copy, mutant) };
      tried.push(one);
      report(one);
    }
    return tried;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

async function isKilled(copy: string, { file, text, replacement, tests }: Mutant): Promise<boolean | null> {
  const path = join(copy, file);
  const whole = readFileSync(path, "utf8");
  if (whole.split(text).length !== 2) return null;
  writeFileSync(
    path,
    whole.replace(text, () => replacement),
  );
  const vitest = join(copy, "node_modules", "vitest", "vitest.mjs");
  const files = tests.map((test) => join("test", test));
  const ran = await execa(process.execPath, [vitest, "run", "--bail=1", "--maxWorkers=2", ...files], {
    cwd: copy,
    reject: false,
    timeout: LIMIT_MS,
    // One that loops for ever is not left behind.
    killDescendants: true,
    killSignal: "SIGKILL",
    env: { CI: "1" },
  });
  writeFileSync(path, whole);
  return ran.exitCode !== 0;
}
