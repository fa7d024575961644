import type { DoctorFinding } from "../library/library.ts";
import { paint, type Look } from "./look.ts";
import { clean, plural } from "./text.ts";

/** `doctor`: a line per check, what is broken below it, and a line that sums it up. */
export function findingLines(findings: readonly DoctorFinding[], look: Look): string[] {
  const width = Math.max(0, ...findings.map(({ check }) => check.length));
  const broken = findings.filter((finding) => finding.broken.length > 0).length;
  return [
    ...findings.flatMap((finding) => {
      const good = finding.broken.length === 0;
      const mark = good ? paint("ok    ", "good", look) : paint("BROKEN", "bad", look);
      const indent = " ".repeat(width + 9);
      return [
        `${mark} ${finding.check.padEnd(width)}  ${clean(finding.rule)}`,
        ...finding.broken.map((line) => indent + clean(line)),
      ];
    }),
    `${plural(findings.length, "check")}, ${broken === 0 ? "all hold" : `${broken} broken`}`,
  ];
}
