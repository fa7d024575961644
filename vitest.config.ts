import { defineConfig } from "vitest/config";
import { ignoreUnreachable } from "./scripts/coverage-ignore.ts";

/** How often a property is tried by `npm run test:deep` (in the gate each property names its own number). */
const DEEP_RUNS = "20000";
const MINUTE_MS = 60_000;

export default defineConfig(({ mode }) => {
  const deep = mode === "deep";
  return {
    test: {
      include: ["test/**/*.test.ts"],
      globalSetup: ["test/support/nothing-left.ts"],
      pool: "forks",
      // One core is left free otherwise: of two, that is half.
      maxWorkers: "100%",
      env: deep ? { HOPPER_TEST_RUNS: DEEP_RUNS } : {},
      testTimeout: deep ? 60 * MINUTE_MS : MINUTE_MS,
      hookTimeout: MINUTE_MS,
      slowTestThreshold: 1_000,
      reporters: ["default"],
      coverage: {
        provider: "v8",
        include: ["machines/**/*.ts", "store/**/*.ts", "actors/**/*.ts", "src/**/*.ts", "cli/**/*.ts"],
        reporter: [["text", { skipFull: true, maxCols: 110 }], "html", "json-summary"],
        reportOnFailure: true,
        ignoreNode: ignoreUnreachable,
        thresholds: {
          "machines/**": { 100: true },
          "store/**": atLeast(90),
          "actors/**": atLeast(90),
          "src/**": atLeast(90),
          "cli/**": atLeast(90),
        },
      },
    },
  };
});

function atLeast(percent: number) {
  return { statements: percent, branches: percent, functions: percent, lines: percent };
}
