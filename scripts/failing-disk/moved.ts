import { existsSync } from "node:fs";
import { silentLog } from "../../src/environment/real.ts";
import { createHopper } from "../../src/index.ts";

/** On a disk that takes the log and not the file: adds tasks until one is refused, and prints, as JSON, what was met. */
const [folder = ""] = process.argv.slice(2);
const LIMIT = 20_000;
const met: Record<string, unknown> = {};

const hopper = await createHopper({
  store: `sqlite:${folder}/hopper.db`,
  onFatal: ({ code }) => void (met["onFatal"] = code),
  log: silentLog,
});
await hopper.instances.create({ name: "global", scope: "GLOBAL", start: true });
const payload = { text: "x".repeat(60_000) };
let acknowledged = 0;
try {
  for (; acknowledged < LIMIT; acknowledged += 1) await hopper.tasks.add({ title: "One", payload });
} catch (error) {
  met["add"] = (error as { code?: string }).code;
}
await hopper.close();
met["lockLeft"] = existsSync(`${folder}/hopper.db.lock.pid`);
process.stdout.write(JSON.stringify({ ...met, acknowledged }));
