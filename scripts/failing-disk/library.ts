import { existsSync, writeFileSync } from "node:fs";
import { silentLog } from "../../src/environment/real.ts";
import { createHopper } from "../../src/index.ts";

/** Under a disk that fails: prints, as JSON, what every caller met and how long closing took. */
const [folder = "", trigger = ""] = process.argv.slice(2);
const met: Record<string, unknown> = {};
const note =
  (name: string) =>
  (error: Error & { code?: string }): void =>
    void (met[name] = error.code ?? error.message);

const hopper = await createHopper({
  store: `sqlite:${folder}/hopper.db`,
  onFatal: note("onFatal"),
  log: silentLog,
});
await hopper.instances.create({ name: "global", scope: "GLOBAL", start: true });
await hopper.tasks.add({ title: "before" });
const waits = [
  hopper.tasks.wait("T-1").catch(note("wait")),
  (async () => {
    for await (const _event of hopper.events({ follow: true }));
  })().catch(note("follow")),
];
writeFileSync(trigger, "");
await hopper.tasks.add({ title: "fails" }).catch(note("add"));
await hopper.tasks.add({ title: "again" }).catch(note("again"));
await hopper.stats().catch(note("read"));
await Promise.all(waits);
const from = performance.now();
await hopper.close();
met["closedInMs"] = Math.round(performance.now() - from);
met["lockLeft"] = existsSync(`${folder}/hopper.db.lock.pid`);
process.stdout.write(JSON.stringify(met));
