import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { rolldown, type Plugin } from "rolldown";

/**
 * In a bundle, MikroORM's own `import "better-sqlite3"` would be resolved from where the bundle lies: with another
 * better-sqlite3 there, the process would hold two SQLite libraries (spec/runtime.md 3.3). It gets the one that Hopper uses.
 */
const oneSqlite: Plugin = {
  name: "one-sqlite",
  resolveId(name) {
    return name === "better-sqlite3" ? "\0better-sqlite3" : null;
  },
  load(id) {
    return id === "\0better-sqlite3"
      ? `import { createRequire } from "node:module";
         const here = createRequire(import.meta.url);
         export default createRequire(here.resolve("@mikro-orm/sqlite"))("better-sqlite3");`
      : null;
  },
};

/**
 * Bundles the command with all that it imports, in parts that are loaded when they are first needed, and writes the
 * licences of the packages within beside it. Throws when an import leads nowhere.
 */
export async function bundleCommand({ root, into }: { root: string; into: string }): Promise<void> {
  const bundle = await rolldown({
    cwd: root,
    input: { main: join(root, "cli/main.ts") },
    platform: "node",
    plugins: [oneSqlite],
    onLog(level, log, handle) {
      if (log.code === "UNRESOLVED_IMPORT") throw new Error(log.message);
      handle(level, log);
    },
  });
  const { output } = await bundle.write({
    dir: into,
    format: "esm",
    chunkFileNames: "parts/[name]-[hash].js",
  });
  await bundle.close();
  const modules = output.flatMap((part) => (part.type === "chunk" ? part.moduleIds : []));
  await writeFile(join(into, "licenses.txt"), await licensesOf(modules));
}

/** The packages that these files are of, each with its licence text. */
async function licensesOf(modules: readonly string[]): Promise<string> {
  const folders = new Set(modules.map((file) => /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1]));
  const texts: string[] = [];
  for (const folder of [...folders].filter((one) => one !== undefined).toSorted()) {
    const manifest = await readFile(join(folder, "package.json"), "utf8");
    const { name, version, license } = JSON.parse(manifest) as Record<string, string>;
    const file = (await readdir(folder)).find((one) => /^licen[cs]e/i.test(one));
    const text = file === undefined ? "" : await readFile(join(folder, file), "utf8");
    texts.push(`${name} ${version} (${license})\n\n${text.trim()}\n`);
  }
  return `hopper's command contains the packages below.\n\n${texts.join(`\n${"-".repeat(79)}\n\n`)}`;
}
