// `npm run build`: the sources as JavaScript with declarations in dist/, which is what the packed package ships
// (Node strips no types inside node_modules).

import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { execa } from "execa";

const root = dirname(import.meta.dirname);

await rm(`${root}/dist`, { recursive: true, force: true });
const { exitCode } = await execa("tsc", ["-p", "tsconfig.build.json"], {
  cwd: root,
  preferLocal: true,
  stdio: "inherit",
  reject: false,
});
process.exitCode = exitCode ?? 1;
