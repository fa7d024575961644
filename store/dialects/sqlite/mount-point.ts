import { readFileSync } from "node:fs";

/** Where Linux says what is mounted where; the fifth word of a line is the place (proc_pid_mountinfo(5)). */
const MOUNTS = "/proc/self/mountinfo";

/** Is something mounted at exactly this real path, as a container is given a single file? Told by Linux only. */
export function isMountPoint(path: string, mounts = MOUNTS): boolean {
  return linesOf(mounts).some((line) => placeOf(line) === path);
}

function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, "utf8").split("\n");
  } catch {
    return [];
  }
}

/** Blanks and the like stand there as `\\040`. */
function placeOf(line: string): string | undefined {
  return line
    .split(" ")[4]
    ?.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCodePoint(Number.parseInt(octal, 8)));
}
