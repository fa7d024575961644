#!/usr/bin/env node
"use strict";
// The command `hopper`. Plain CommonJS in old syntax on purpose: whatever Node (12 or newer) starts this file must be able to read
// it, because what comes after needs Node 24 (older ones cannot run the sources, and crash on the SQLite binding).
//
//   Node 24 or newer   the CLI is imported here: one process
//   an older Node      the Node 24 that `npm ci` brings along is started with the same arguments; signals and the
//                      exit code go through
//   neither            exit 69 and the fix

const fs = require("fs");
const os = require("os");
const path = require("path");

const NEEDED_MAJOR = 24;
const EXIT_FAILED = 1;
const EXIT_NODE_TOO_OLD = 69;
const FORWARDED_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];
/** Set for the child: it was started by an older Node, and ends when that one is gone. */
const CHILD_MARK = "HOPPER_STARTED_BY_OLDER_NODE";

/**
 * Says what to do under a given Node.
 *
 * @param {{ version: string, bundledNode: string | null, isChild?: boolean }} facts the running Node's version ("v20.11.1"),
 *   the path of the bundled Node 24, and whether this process was already started by this very file.
 * @returns {{ action: "import" } | { action: "spawn", node: string } | { action: "refuse", lines: string[] }}
 */
function decide(facts) {
  const major = Number(/^v?(\d+)/.exec(facts.version)[1]);
  if (major >= NEEDED_MAJOR) return { action: "import" };
  if (facts.bundledNode !== null && !facts.isChild) return { action: "spawn", node: facts.bundledNode };
  return {
    action: "refuse",
    lines: [
      `error: Hopper needs Node ${NEEDED_MAJOR} or newer; this is ${facts.version} and no bundled Node was found`,
      `fix: npm install    (in a clone it brings Node ${NEEDED_MAJOR} with it; elsewhere get it from https://nodejs.org)`,
    ],
  };
}

/** What the built command is made of. */
const SOURCES = ["machines", "store", "actors", "src", "cli", "package.json"];

/**
 * The file to import: the built command, which starts in half of the time; in a clone only while no source is newer.
 *
 * @param {string} root
 */
function findCli(root) {
  const source = path.join(root, "cli", "main.ts");
  const built = path.join(root, "dist", "cli", "main.js");
  if (!fs.existsSync(source)) return built;
  if (!fs.existsSync(built)) return source;
  const builtAt = fs.statSync(built).mtimeMs;
  return SOURCES.some((name) => isNewer(path.join(root, name), builtAt)) ? source : built;
}

/** Whether a file, or a folder (when something came or went) or anything in it, changed after a moment. */
function isNewer(file, moment) {
  const stats = fs.statSync(file, { throwIfNoEntry: false });
  if (!stats) return false;
  if (stats.mtimeMs > moment) return true;
  return stats.isDirectory() && fs.readdirSync(file).some((name) => isNewer(path.join(file, name), moment));
}

/** The Node that the package "node" (a development dependency) put beside us, or null. */
function findBundledNode(root) {
  try {
    const manifest = require.resolve("node/package.json", { paths: [root] });
    const bin = require(manifest).bin.node;
    const file = path.join(path.dirname(manifest), bin);
    fs.accessSync(file, fs.constants.X_OK);
    return file;
  } catch {
    return null;
  }
}

/** Where compiled code is kept between starts (a third of the start-up time without it). Per user, never shared. */
function compileCacheDir(env) {
  if (env.NODE_COMPILE_CACHE) return env.NODE_COMPILE_CACHE;
  const home = os.homedir();
  let base = env.XDG_CACHE_HOME || path.join(home, ".cache");
  if (process.platform === "darwin") base = path.join(home, "Library", "Caches");
  if (process.platform === "win32") base = env.LOCALAPPDATA || path.join(home, "AppData", "Local");
  return path.join(base, "hopper", "compile-cache");
}

/** Runs the CLI in this process. */
function importCli(root) {
  require("module").enableCompileCache(compileCacheDir(process.env));
  if (process.env[CHILD_MARK]) endWithParent();
  delete process.env[CHILD_MARK];
  import(require("url").pathToFileURL(findCli(root)).href)
    .then((cli) => {
      return cli.main(process.argv.slice(2));
    })
    .catch((error) => {
      // The CLI words its own refusals; what arrives here is a defect, and its stack is the report.
      console.error(error);
      process.exitCode = EXIT_FAILED;
    });
}

/**
 * The process that was started is the older Node; `kill -9` on it must not leave the runtime behind, holding its store.
 * The channel between the two closes when the parent is gone, however it went.
 */
function endWithParent() {
  if (!process.channel) return;
  process.on("disconnect", () => {
    process.kill(process.pid, "SIGKILL");
  });
  process.channel.unref();
}

/** Runs this file again under the bundled Node and passes signals, exit code and fatal signal through. */
function spawnBundled(node) {
  const env = Object.assign({}, process.env);
  env.NODE_COMPILE_CACHE = compileCacheDir(process.env);
  env[CHILD_MARK] = "1";
  const child = require("child_process").spawn(
    node,
    process.execArgv.concat([__filename], process.argv.slice(2)),
    {
      stdio: ["inherit", "inherit", "inherit", "ipc"],
      env,
    },
  );
  FORWARDED_SIGNALS.forEach((signal) => {
    process.on(signal, () => {
      // On a terminal, Ctrl-C reaches the child by itself: a second one would look like an impatient user's.
      if (signal === "SIGINT" && process.stdin.isTTY) return;
      child.kill(signal);
    });
  });
  child.on("error", (error) => {
    process.stderr.write(
      "error: the bundled Node could not be started: " + error.message + "\nfix: npm ci\n",
    );
    process.exitCode = EXIT_NODE_TOO_OLD;
  });
  child.on("exit", function (code, signal) {
    if (signal === null) {
      process.exit(code);
    }
    FORWARDED_SIGNALS.forEach((name) => {
      process.removeAllListeners(name);
    });
    process.kill(process.pid, signal);
  });
}

function start() {
  const root = path.join(__dirname, "..");
  const decision = decide({
    version: process.version,
    bundledNode: findBundledNode(root),
    isChild: Boolean(process.env[CHILD_MARK]),
  });
  if (decision.action === "import") importCli(root);
  else if (decision.action === "spawn") spawnBundled(decision.node);
  else {
    process.stderr.write(decision.lines.join("\n") + "\n");
    process.exitCode = EXIT_NODE_TOO_OLD;
  }
}

if (require.main === module) start();
else
  module.exports = {
    decide: decide,
    findCli: findCli,
    findBundledNode: findBundledNode,
    compileCacheDir: compileCacheDir,
  };
