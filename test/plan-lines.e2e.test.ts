import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { realCommand } from "./cli/support/real.ts";

/**
 * What `hopper run` prints on a pipe, against the journal as `hopper events` prints it: every line after the
 * tree says, word for word but for lengths of time, what one event says that no other line has told, and
 * the lines stand in the order of the journal. Source: spec/cli.md 5.3, spec/product.md 1.4.
 */

const ROOT = dirname(import.meta.dirname);
const folder = mkdtempSync(join(tmpdir(), "hopper-lines-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Every way a task can go: refused and taken elsewhere, retried, failed for good, held, left to a person. */
const EVENTFUL = `name: eventful
hierarchy:
  name: global
  scope: GLOBAL
  children:
    - name: webapp
      scope: PROJECT
      config: { capabilities: [web] }
      children:
        - { name: strict, scope: ORCHESTRATION, config: { strict_capabilities: true, capabilities: [x] } }
        - { name: worker-1, scope: ORCHESTRATION, config: { max_concurrent_tasks: 2, on_failure: reassign } }
        - { name: worker-2, scope: ORCHESTRATION, config: { max_concurrent_tasks: 2 } }
    - { name: solo, scope: PROJECT, config: { capabilities: [big] } }
runtime: { tasks: { retry_backoff_ms: 20 } }
tasks:
  - { key: build, title: Build, tags: [web], run: echo one; echo two }
  - { key: flaky, title: Flaky, tags: [web], run: "rm marker 2>/dev/null || { touch marker; exit 1; }" }
  - { key: bad, title: Bad, tags: [web], run: exit 3, max_attempts: 1 }
  - { key: after, title: After bad, run: "true", depends_on: [bad] }
  - { key: anyway, title: Anyway, run: "true", depends_on: [bad], on_dependency_failure: run }
  - { key: slow, title: Slow, tags: [big], run: sleep 9, timeout: 1s, max_attempts: 1 }
  - { key: person, title: By hand, tags: [web] }
  - { key: big, title: Big, tags: [big, a, b], priority: high, run: "echo '{\\"n\\": 1}'" }
  - { key: lost, title: Lost, project: worker-1, run: "true" }
`;

interface Event {
  readonly event: string;
  readonly instance_id: string | null;
  readonly task_id: string | null;
  readonly delegation_id: string | null;
  readonly data: { readonly [key: string]: unknown };
}

interface Task {
  readonly id: string;
  readonly ref: string;
  readonly title: string;
  readonly tags: readonly string[];
  readonly depends_on: readonly string[];
  readonly run: string | null;
  readonly status: string;
  readonly max_attempts: number;
  readonly result: Outcome | null;
}

interface Outcome {
  readonly exit_code: number | null;
  readonly timed_out: boolean;
  readonly stdout_tail: string;
  readonly json?: unknown;
}

interface Instance {
  readonly id: string;
  readonly name: string;
  readonly scope: string;
}

/** Everything the store has, as the command prints it. */
interface Stored {
  readonly events: readonly Event[];
  readonly tasks: readonly Task[];
  readonly instances: readonly Instance[];
}

async function printed(data: string, ...args: string[]): Promise<string> {
  const { code, out, err } = await realCommand(folder)(...args, "--data", data);
  expect({ args, code, err }).toEqual({ args, code: 0, err: "" });
  return out;
}

async function storedIn(data: string): Promise<Stored> {
  const events = await printed(data, "events", "--since", "0", "-o", "jsonl");
  const list = async <Item>(...args: string[]): Promise<Item[]> =>
    (JSON.parse(await printed(data, ...args, "--limit", "500", "--json")) as { items: Item[] }).items;
  return {
    events: events
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Event),
    tasks: await list<Task>("task", "list"),
    instances: await list<Instance>("instance", "list", "--all"),
  };
}

/** Columns closed up, and lengths of time left open: they are measured anew by each event. */
function plain(line: string): string {
  return line
    .replaceAll(/(?:< 1|\b\d+(?:\.\d+)?) m?s\b/g, "TIME")
    .replaceAll(/ +/g, " ")
    .trim();
}

interface Saying {
  /** Place of the event in the journal. */
  readonly at: number;
  readonly line: string;
}

/** A task while its events are read. */
interface Past {
  readonly task: Task;
  /** Accepted hops that are open, by delegation id, from the origin down. */
  readonly open: Map<string, { readonly from: string; readonly to: string }>;
  readonly offers: Map<string, { readonly from: string; readonly to: string; readonly type: string }>;
  attempt: number;
  decision: { readonly by: string; readonly reason: string } | null;
  end: string | null;
}

/** What may be said of each event, in the order of the journal. */
class Chronicle {
  readonly sayings: Saying[] = [];
  readonly #stored: Stored;
  readonly #pasts: Map<string, Past>;
  readonly #planned = new Set<string>();

  constructor(stored: Stored) {
    this.#stored = stored;
    const pasts = stored.tasks.map((task): [string, Past] => [
      task.id,
      { task, open: new Map(), offers: new Map(), attempt: 1, decision: null, end: null },
    ]);
    this.#pasts = new Map(pasts);
    for (const [at, event] of stored.events.entries()) {
      const past = this.#pasts.get(event.task_id ?? "");
      const lines = past === undefined ? this.#ofInstance(event) : this.#ofTask(event, past);
      const ref = past === undefined ? "" : `${past.task.ref} `;
      this.sayings.push(...lines.map((line) => ({ at, line: plain(`${ref}${line}`) })));
    }
  }

  #name(id: unknown): string {
    return this.#stored.instances.find((instance) => instance.id === id)?.name ?? `no instance ${String(id)}`;
  }

  /** An instance is told of when it came during the run, or went. */
  #ofInstance({ event, instance_id: id, data }: Event): string[] {
    if (event === "instance.created" && this.#stored.events[0]?.event === event && !this.#begun)
      this.#planned.add(String(data["name"]));
    const instance = this.#stored.instances.find((one) => one.id === id);
    const status = /^instance\.(running|terminated|error)$/.exec(event)?.[1];
    if (instance === undefined || status === undefined) return [];
    if (status === "running" && this.#planned.has(instance.name)) return [];
    return [`· ${instance.name} (${instance.scope}) [${status}]`];
  }

  /** The plan's own instances are created before anything happens to a task. */
  get #begun(): boolean {
    return [...this.#pasts.values()].some(({ decision }) => decision !== null);
  }

  #ofTask({ event, instance_id: id, delegation_id: delegation, data }: Event, past: Past): string[] {
    const at = this.#name(id);
    const hop = past.open.get(delegation ?? "");
    const offer = past.offers.get(delegation ?? "");
    switch (event) {
      case "task.created":
        return [titleOf(past.task, this.#stored.tasks)];
      case "routing.decided":
        past.decision = { by: at, reason: String(data["reason"]) };
        return [];
      case "delegation.pending": {
        const [from, to] = [this.#name(data["source"]), this.#name(data["target"])];
        past.offers.set(delegation ?? "", { from, to, type: String(data["type"]) });
        return [];
      }
      case "delegation.accepted":
        if (offer === undefined) return [];
        past.open.set(delegation ?? "", offer);
        return [
          `✔ ${offer.from} → ${offer.to} ${offer.type} ${past.decision?.by === offer.from ? past.decision.reason : ""}`,
        ];
      case "delegation.rejected":
        return [`✖ ${offer?.from} → ${offer?.to} ${offer?.type} rejected: ${whyOf(data)}`];
      case "delegation.cancelled":
      case "delegation.completed":
        past.open.delete(delegation ?? "");
        if (past.end !== null)
          return past.open.size === 0 ? [past.end.replace("@", `, bubbled to ${hop?.from} in 1 ms`)] : [];
        return event === "delegation.completed"
          ? []
          : [`· ${offer?.from} → ${offer?.to} ${offer?.type} cancelled: ${whyOf(data)}`];
      default:
        return ofWork({ event, data, at: id === null ? null : at, past });
    }
  }
}

function titleOf({ title, tags, depends_on: after, run }: Task, tasks: readonly Task[]): string {
  const refs = after.map((id) => tasks.find((task) => task.id === id || task.ref === id)?.ref);
  return [
    JSON.stringify(title),
    ...tags.map((tag) => `#${tag}`),
    ...(refs.length === 0 ? [] : [`after ${refs.join(", ")}`]),
    ...(run === null ? ["a person's"] : []),
  ].join(" ");
}

function whyOf(data: Event["data"]): string {
  return String(data["text"] ?? data["code"]).replaceAll("_", " ");
}

/** What happened to a task where it is: held, tried, finished. */
function ofWork(params: { event: string; data: Event["data"]; at: string | null; past: Past }): string[] {
  const { event, data, at, past } = params;
  const error = data["error"] as { message: string; details?: Outcome } | undefined;
  // Other errors have details of their own.
  const tried = error?.details?.exit_code === undefined ? undefined : error.details;
  const most = past.task.max_attempts;
  const ran = (mark: string, outcome: Outcome, more: string): string =>
    `${mark} ${at} ran it shell ${outcome.timed_out ? "timed out" : `exit ${outcome.exit_code}`} in 1 ms${more}`;
  const ends = (end: string): string[] => {
    past.end = end;
    return past.open.size === 0 ? [end.replace("@", "")] : [];
  };
  switch (event) {
    case "task.held": {
      const reason = past.decision?.by === at ? `: ${past.decision?.reason}` : "";
      return at === null ? [] : [`· held at ${at} hold ${String(data["reason"])}${reason}`];
    }
    case "task.requeued": {
      const failures = Number(data["failures"]);
      past.attempt = Number(data["attempt"]);
      return tried === undefined
        ? [`· queued again at ${at} queue ${whyOf({ code: data["reason"] })}`]
        : [ran("✖", tried, `, trying again in 1 ms (attempt ${failures} of ${most})`)];
    }
    case "task.completed": {
      const { result } = past.task;
      if (result === null) return ends("✔ completed@");
      const again = past.attempt === 1 ? "" : ` (attempt ${past.attempt} of ${most})`;
      const last = result.stdout_tail.trimEnd().split("\n").at(-1) ?? "";
      const said = result.json === undefined ? last : JSON.stringify(result.json);
      const output = said === "" ? [] : [`· result output ${said}`];
      return [ran("✔", result, again), ...output, ...ends("✔ completed@")];
    }
    case "task.failed": {
      const failures = Number(data["failures"]);
      const tries = ` (attempt ${failures} of ${Math.max(failures, most)})`;
      if (tried === undefined) return ends(`✖ failed@: ${error?.message}`);
      const [, more] = /^.*?: (.*)$/s.exec(error?.message ?? "") ?? [];
      return [ran("✖", tried, tries), ...ends(`✖ failed@${more === undefined ? "" : `: ${more}`}`)];
    }
    default:
      return [];
  }
}

/** The lines after the tree that the journal does not account for, each saying used once and in order. */
function unaccounted(lines: readonly string[], sayings: readonly Saying[]): string[] {
  let next = 0;
  return lines.filter((line) => {
    const found = sayings.findIndex((saying, index) => index >= next && saying.line === plain(line));
    if (found !== -1) next = found + 1;
    return found === -1;
  });
}

async function run(plan: string, data: string): Promise<{ code: number | null; out: string; err: string }> {
  const args = [join(ROOT, "bin", "hopper.cjs"), "run", plan, "--data", data];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  let [out, err] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (out += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (err += chunk));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, out, err };
}

describe.each([
  ["hello", readFileSync(join(ROOT, "examples", "hello.plan.yaml"), "utf8"), 0],
  ["eventful", EVENTFUL, 1],
])("the lines of the plan %s", (name, text, exitCode) => {
  it("are each one event of the journal, in its order, and tell every hop and every end", async () => {
    const plan = join(folder, `${name}.plan.yaml`);
    const data = join(folder, name);
    writeFileSync(plan, text);
    const { code, out, err } = await run(plan, data);
    expect(code, err).toBe(exitCode);

    const stored = await storedIn(data);
    const { sayings } = new Chronicle(stored);
    const [, tree = "", steps = "", summary = ""] = out.split("\n\n");
    const lines = steps.split("\n");
    expect(tree).toMatch(/^\S+ \(GLOBAL\) \[running\]\n/);
    expect(lines.length).toBeGreaterThan(15);
    expect(unaccounted(lines, sayings)).toEqual([]);

    // And nothing of it is kept back.
    const told = new Set(lines.map(plain));
    expect(sayings.map(({ line }) => line).filter((line) => !told.has(line))).toEqual([]);

    const count = (...statuses: string[]): number =>
      stored.tasks.filter(({ status }) => statuses.includes(status)).length;
    const open = stored.tasks.length - count("done", "failed", "cancelled");
    const [counts = "", ...after] = summary.trimEnd().split("\n");
    const failures = after.flatMap((line) => /^ {2}(T-\d+) /.exec(line)?.[1] ?? []);
    const failed = stored.tasks.filter(({ status }) => status === "failed");
    expect(failures).toEqual(failed.map(({ ref }) => ref).toSorted());
    expect(plain(counts)).toBe(
      `${count("done")} done, ${count("failed")} failed${open > 0 ? `, ${open} open` : ""} in TIME`,
    );
  });
});

describe("a line that the journal does not say", () => {
  const sayings = ["T-1 ✔ a → b route why", "T-1 ✔ b ran it shell exit 0 in TIME", "T-1 ✔ completed"].map(
    (line, at) => ({ at, line }),
  );

  it.each([
    ["of another task", ["T-2  ✔ a → b    route   why"]],
    ["of another instance", ["T-1  ✔ a → c    route   why"]],
    ["with another reason", ["T-1  ✔ a → b    route   because"]],
    ["with another end", ["T-1  ✔ b ran it    shell   exit 1 in 3 ms"]],
  ])("is found: %s", (_what, lines) => {
    expect(unaccounted(lines, sayings)).toEqual(lines);
  });

  it("is found when it is said a second time, or too late", () => {
    const twice = "T-1  ✔ b ran it    shell   exit 0 in 3 ms";
    expect(unaccounted([twice, twice], sayings)).toEqual([twice]);
    expect(unaccounted(["T-1  ✔ completed", twice], sayings)).toEqual([twice]);
  });
});
