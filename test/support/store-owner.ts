import { openStore } from "../../store/open.ts";
import { givenCommit, givenEnvironment, givenTree } from "./store-given.ts";

/**
 * A process that owns a store: `node store-owner.ts PATH`. Says "ready" when it has it, or the refusal as JSON; ends
 * with its input.
 */
const [path = ""] = process.argv.slice(2);
try {
  const store = await openStore({ url: `sqlite:${path}`, lockWaitMs: 0, ...givenEnvironment() });
  if ((await store.directory()).length === 0) {
    await store.commit(givenCommit({ instances: { added: givenTree() } }));
  }
  process.stdout.write("ready\n");
  process.stdin.resume();
  process.stdin.on("end", () => {
    void store.close();
  });
} catch (error) {
  const { kind, pid, message } = error as { kind: string; pid: number; message: string };
  process.stdout.write(`${JSON.stringify({ kind, pid, message })}\n`);
}
