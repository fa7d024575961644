import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { drawChart } from "../../machines/lifecycles/charts.ts";
import { delegationLifecycle } from "../../machines/lifecycles/delegation.ts";
import { instanceLifecycle } from "../../machines/lifecycles/instance.ts";
import { taskLifecycle } from "../../machines/lifecycles/task.ts";

const PAGE = new URL("../../docs/lifecycles.md", import.meta.url);
const AGAIN = "UPDATE_DOCS=1 npx vitest run test/machines/lifecycle-charts";

const CHARTS = [
  ["instance", drawChart(instanceLifecycle.machine, "live")],
  ["task", drawChart(taskLifecycle.machine, "open")],
  ["delegation", drawChart(delegationLifecycle.machine, "open")],
] as const;

/** The page with this chart put in; unchanged if it has no place for it. */
function withChart(page: string, name: string, chart: string): string {
  const place = new RegExp(`(<!-- chart: ${name}[^>]*-->\n\`\`\`mermaid\n)[^\`]*(\`\`\`\n)`);
  return page.replace(place, (_all, before: string, after: string) => `${before}${chart}${after}`);
}

test.each(CHARTS)("docs/lifecycles.md shows the chart of the %s machine as it is", (name, chart) => {
  if (process.env["UPDATE_DOCS"] === "1")
    writeFileSync(PAGE, withChart(readFileSync(PAGE, "utf8"), name, chart));
  const page = readFileSync(PAGE, "utf8");
  expect(page, `there is no place for the chart "${name}" in the page`).toContain(`<!-- chart: ${name}`);
  expect(page, `the machine has changed; draw the charts again: ${AGAIN}`).toBe(withChart(page, name, chart));
});

test("a chart shows every way once, and the ways that all open states share from their box", () => {
  expect(drawChart(delegationLifecycle.machine, "open")).toBe(`stateDiagram-v2
    state open {
        [*] --> pending
        pending --> accepted : ACCEPT
    }
    open --> cancelled : CANCEL
    pending --> rejected : REJECT<br/>EXPIRE
    accepted --> completed : COMPLETE
    rejected --> [*]
    completed --> [*]
    cancelled --> [*]
`);
});

test("a guard stands in brackets behind its event", () => {
  expect(drawChart(taskLifecycle.machine, "open")).toContain("waiting --> done : COMPLETE [forced]\n");
});
