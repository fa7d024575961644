/** The oldest Node that runs Hopper, as package.json says in `engines`. */
const NEEDED = 24;

const major = Number(process.versions.node.split(".")[0]);
// Imported before all else: what comes after meets an older Node with errors that do not say why.
if (major < NEEDED)
  throw new Error(
    `hopper-runtime needs Node ${NEEDED} or newer; this is ${process.version} (${process.execPath}). Get it from https://nodejs.org`,
  );
