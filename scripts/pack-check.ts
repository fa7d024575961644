// Checks the package as npm would publish it: which files are in it, that its entries resolve with their types, that it
// imports nothing it does not depend on, and that the command and both entries start from the unpacked files.

import { glob, mkdir, readFile, rm } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { dirname } from "node:path";
import { execa } from "execa";

interface Manifest {
  name: string;
  version: string;
  exports: Record<string, unknown>;
  dependencies: Record<string, string>;
}

const root = dirname(import.meta.dirname);
const work = `${root}/.gate/pack`;
const manifest = JSON.parse(await readFile(`${root}/package.json`, "utf8")) as Manifest;

const REQUIRED = [
  "package.json",
  "README.md",
  "LICENSE",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "docs/index.md",
  "bin/hopper.cjs",
  "dist/cli/main.js",
  "dist/cli/licenses.txt",
  "dist/src/index.js",
  "dist/src/index.d.ts",
  "dist/src/testing/index.js",
  "dist/src/testing/index.d.ts",
  "examples/hello.plan.yaml",
];
/** The package of an import that names one: a word as npm allows it, so that a quoted "from" in a text is none. */
const BARE_IMPORT = /(?:\bfrom|\bimport|\bimport\()\s*"((?:@[a-z0-9~._-]+\/)?[a-z0-9~_:][a-z0-9~._:-]*)[/"]/g;

const EXPECTED = new RegExp(
  `^(${REQUIRED.map((name) => RegExp.escape(name)).join("|")}|docs/.*\\.(md|svg)|dist/(machines|store|actors|src)/.*\\.(js|d\\.ts)|dist/cli/parts/[^/]+\\.js)$`,
);

await rm(work, { recursive: true, force: true });
await mkdir(work, { recursive: true });
/** A package that is larger, or brings more with it, has taken in what it should not. */
const MOST_BYTES = 1_800_000;
const MOST_PACKAGES = 80;

const { tarball, files, bytes } = await pack();
const packages = await countPackages();
const unpacked = await unpack(tarball);
const problems = [
  ...checkFiles(files),
  ...(bytes > MOST_BYTES ? [`the tarball has ${bytes} bytes; ${MOST_BYTES} are allowed`] : []),
  ...(packages > MOST_PACKAGES ? [`${packages} packages are installed; ${MOST_PACKAGES} are allowed`] : []),
  ...(await checkImports(unpacked)),
  ...(await checkRun("publint", ["run", tarball, "--strict"])),
  ...(await checkRun("attw", [tarball, "--profile", "esm-only", "--no-emoji", "--format", "ascii"])),
  ...(await checkStarts(unpacked)),
];
process.stdout.write(
  [
    ...problems,
    `${files.length} files in ${manifest.name} ${manifest.version}: ${Math.ceil(bytes / 1_024)} KiB, ${packages} packages with it`,
    "",
  ].join("\n"),
);
process.exitCode = problems.length > 0 ? 1 : 0;

async function pack(): Promise<{ tarball: string; files: string[]; bytes: number }> {
  const { stdout } = await execa("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", work], {
    cwd: root,
  });
  const answer = JSON.parse(stdout) as { filename: string; size: number; files: { path: string }[] }[];
  const [packed] = answer;
  if (packed === undefined) throw new Error(`npm pack answered nothing: ${stdout}`);
  return {
    tarball: `${work}/${packed.filename}`,
    files: packed.files.map(({ path }) => path),
    bytes: packed.size,
  };
}

/** What an install brings beside the package itself. */
async function countPackages(): Promise<number> {
  const { stdout } = await execa("npm", ["ls", "--omit=dev", "--all", "--parseable"], {
    cwd: root,
    reject: false,
  });
  return stdout.split("\n").filter((line) => line.includes("node_modules")).length;
}

/** Puts the package where `import "hopper-runtime"` finds it; its dependencies are found in the project above. */
async function unpack(tarball: string): Promise<string> {
  const folder = `${work}/node_modules/${manifest.name}`;
  await mkdir(folder, { recursive: true });
  await execa("tar", ["-xzf", tarball, "-C", folder, "--strip-components=1"]);
  return folder;
}

function checkFiles(files: readonly string[]): string[] {
  const missing = REQUIRED.filter((name) => !files.includes(name));
  const strangers = files.filter((name) => !EXPECTED.test(name));
  return [
    ...missing.map((name) => `the package lacks ${name}`),
    ...strangers.map((name) => `${name} does not belong into the package`),
  ];
}

/**
 * In the clone everything is installed; in the package only `dependencies` are. The bundled command brings along what it
 * imports (scripts/bundle.ts).
 */
async function checkImports(unpacked: string): Promise<string[]> {
  const problems: string[] = [];
  for await (const file of glob("dist/{machines,store,actors,src}/**/*.js", { cwd: unpacked })) {
    const text = await readFile(`${unpacked}/${file}`, "utf8");
    for (const [, name] of text.matchAll(BARE_IMPORT)) {
      if (name === undefined || isBuiltin(name) || Object.hasOwn(manifest.dependencies, name)) continue;
      problems.push(`${file} imports ${name}, which is not in "dependencies"`);
    }
  }
  return problems;
}

async function checkRun(command: string, args: string[]): Promise<string[]> {
  const { exitCode, all } = await execa(command, args, {
    cwd: root,
    preferLocal: true,
    reject: false,
    all: true,
  });
  return exitCode === 0 ? [] : [`${command} found fault:\n${all}`];
}

async function checkStarts(unpacked: string): Promise<string[]> {
  const problems: string[] = [];
  const command = await execa(process.execPath, [`${unpacked}/bin/hopper.cjs`, "--version"], {
    cwd: work,
    reject: false,
    all: true,
  });
  if (command.exitCode !== 0 || command.stdout.trim() !== manifest.version) {
    problems.push(
      `hopper --version, started from the package, said (exit ${command.exitCode}):\n${command.all}`,
    );
  }
  for (const entry of Object.keys(manifest.exports).filter((name) => !name.endsWith(".json"))) {
    const name = manifest.name + entry.slice(1);
    const script = `await import(${JSON.stringify(name)})`;
    const args = ["--input-type=module", "--eval", script];
    const started = await execa(process.execPath, args, { cwd: work, reject: false, all: true });
    if (started.exitCode !== 0) problems.push(`import "${name}", from the package, failed:\n${started.all}`);
  }
  return problems;
}
