import { throwIfInterrupted, type Context } from "../context.ts";
import { EXIT } from "../failures/exit-codes.ts";
import { CliFailure } from "../failures/failure.ts";
import type { Hopper, TaskView } from "../library/library.ts";
import { wholeList } from "../output.ts";
import { bodyOf } from "../render/bodies.ts";
import { taskStatusLine } from "../render/chain.ts";
import { isFinal } from "../render/tree.ts";
import type { CommandSpec } from "../parse/spec.ts";

const LOOK_EVERY_MS = 200;
/** How often the timers that are due are handled while nobody owns the store. */
const TEND_EVERY_MS = 2_000;

/**
 * `task wait`: looks at the tasks until all are final. The store is not kept: others can work in it meanwhile,
 * and while nobody owns it, this command handles what is due from time to time. Source: spec/cli.md 5.6.
 */
export const waitCommand: CommandSpec = {
  path: ["task", "wait"],
  summary: "Wait until tasks are final: 0 done, 1 failed or cancelled, 6 timed out",
  positionals: [{ name: "tasks", describe: "Ids or refs of tasks", many: true }],
  options: [{ name: "timeout", type: "duration", describe: "At most so long, e.g. 30s (default: for ever)" }],
  examples: ["hopper task wait T-1 T-2 --timeout 30s"],
  act: async (context, args) => {
    const ids = args.list("tasks");
    const tasks = await waitFor(context, ids, args.number("timeout"));
    const items = tasks.map((task) => bodyOf(task));
    await context.show({
      body: items.length === 1 ? items[0] : wholeList(items),
      items,
      lines: (look) => items.map((task) => taskStatusLine(task, look)),
    });
    return items.every(({ status }) => status === "done") ? EXIT.ok : EXIT.failed;
  },
};

async function waitFor(
  context: Context,
  ids: readonly string[],
  timeoutMs: number | undefined,
): Promise<TaskView[]> {
  const { io } = context;
  const giveUp = timeoutMs === undefined ? Infinity : io.now() + timeoutMs;
  let tendAt = 0;
  let told = false;
  for (;;) {
    let tasks = await context.reads(async (hopper) => await lookAt(hopper, ids));
    if (tasks.some(({ status }) => !isFinal(status)) && io.now() >= tendAt) {
      // Undefined while somebody owns the store, who handles what is due.
      const tended = await context.changesIfFree(async (hopper) => {
        await hopper.settle();
        return await lookAt(hopper, ids);
      });
      tendAt = io.now() + TEND_EVERY_MS;
      if (tended !== undefined && tended.some(({ status }) => !isFinal(status)) && !told) {
        told = true;
        context.remark("nobody runs this store now: only timers and other commands move its tasks");
      }
      tasks = tended ?? tasks;
    }
    if (tasks.every(({ status }) => isFinal(status))) return tasks;
    if (io.now() >= giveUp) throw timedOut(tasks);
    await io.sleep(Math.min(LOOK_EVERY_MS, Math.max(1, giveUp - io.now())));
    throwIfInterrupted(io.signal);
  }
}

async function lookAt(hopper: Hopper, ids: readonly string[]): Promise<TaskView[]> {
  return await Promise.all(ids.map(async (id) => await hopper.tasks.get(id)));
}

function timedOut(tasks: readonly TaskView[]): CliFailure {
  const open = tasks.filter(({ status }) => !isFinal(status));
  const detail = `not final in time: ${open.map(({ ref, status }) => `${ref} (${status})`).join(", ")}`;
  const facts = { tasks: open.map(({ ref, status }) => ({ ref, status })) };
  return new CliFailure(
    { code: "timed_out", status: 504, title: "It took too long", detail, facts },
    `hopper task explain ${open[0]?.ref ?? ""}`,
  );
}
