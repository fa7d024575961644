import { expect, it } from "vitest";
import { withReach } from "../../../src/contracts/shell-word.ts";

it.each([
  ["hopper status", [], "hopper status"],
  ["hopper status", ["--data", "here"], "hopper status --data here"],
  [
    "hopper status",
    ["--data", "my data", "--config", "a.yaml"],
    "hopper status --data 'my data' --config a.yaml",
  ],
  ["hopper run a.yaml    (or another)", ["--data", "x"], "hopper run a.yaml --data x    (or another)"],
  ["hopper run --data y", ["--data", "x"], "hopper run --data y"],
  ["hopper task --help", ["--data", "x"], "hopper task --help"],
  ["rm /tmp/file", ["--data", "x"], "rm /tmp/file"],
])("%s, told where the line was told %j, is %s", (command, reach, expected) => {
  expect(withReach(command, reach)).toBe(expected);
});
