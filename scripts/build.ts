// `npm run build`, and part of every install of a clone (`prepare`): what the packed package ships, in dist/. The library
// is compiled file by file, with declarations (Node strips no types inside node_modules). The command is bundled with
// what it imports: it starts in half of the time (docs/decisions/0010-the-command-is-bundled.md).

import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { execa } from "execa";
import { bundleCommand } from "./bundle.ts";
import { putInPlace } from "./put-in-place.ts";

const root = dirname(import.meta.dirname);
const dist = `${root}/dist`;
/** Built beside and put in place at the end: nobody meets half a build, and one that fails leaves the earlier one. */
const fresh = `${root}/dist.new`;

await rm(fresh, { recursive: true, force: true });
const { exitCode } = await execa("tsc", ["-p", "tsconfig.build.json", "--outDir", fresh], {
  cwd: root,
  preferLocal: true,
  stdio: "inherit",
  reject: false,
});
if (exitCode === 0) {
  await bundleCommand({ root, into: `${fresh}/cli` });
  await putInPlace({ fresh, dist });
}
process.exitCode = exitCode ?? 1;
