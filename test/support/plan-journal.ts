import type { Hopper } from "../../src/hopper.ts";
import type { EventView, InstanceTreeView } from "../../src/views/views.ts";

/** What a printed line says, and which event of the journal must have said it first. */
interface Saying {
  readonly form: RegExp;
  readonly event: (parts: RegExpExecArray) => { name: string; instance?: string | undefined };
}

const REF = String.raw`^(T-\d+)\s+`;
const NAME = String.raw`([\w.-]+)`;

const SAYINGS: readonly Saying[] = [
  { form: new RegExp(`${REF}"`), event: () => ({ name: "task.created" }) },
  {
    form: new RegExp(`${REF}✔ ${NAME} → ${NAME} `),
    event: ([, , , to]) => ({ name: "delegation.accepted", instance: to }),
  },
  {
    form: new RegExp(`${REF}✖ ${NAME} → ${NAME} .*rejected`),
    event: ([, , , to]) => ({ name: "delegation.rejected", instance: to }),
  },
  {
    form: new RegExp(`${REF}· ${NAME} → ${NAME} .*cancelled`),
    event: () => ({ name: "delegation.cancelled" }),
  },
  {
    form: new RegExp(`${REF}✔ ${NAME} ran it`),
    event: ([, , by]) => ({ name: "task.completed", instance: by }),
  },
  {
    form: new RegExp(`${REF}✖ ${NAME} ran it.*trying again`),
    event: ([, , by]) => ({ name: "task.requeued", instance: by }),
  },
  {
    form: new RegExp(`${REF}✖ ${NAME} ran it`),
    event: ([, , by]) => ({ name: "task.failed", instance: by }),
  },
  {
    form: new RegExp(`${REF}· queued again at ${NAME}`),
    event: ([, , by]) => ({ name: "task.requeued", instance: by }),
  },
  { form: new RegExp(`${REF}· held at ${NAME}`), event: ([, , by]) => ({ name: "task.held", instance: by }) },
  { form: new RegExp(`${REF}· result `), event: () => ({ name: "task.completed" }) },
  {
    form: new RegExp(`${REF}[✔✖] (?:completed|failed|cancelled).*bubbled to`),
    event: () => ({ name: "delegation.completed" }),
  },
  { form: new RegExp(`${REF}✔ completed`), event: () => ({ name: "task.completed" }) },
  { form: new RegExp(`${REF}✖ failed`), event: () => ({ name: "task.failed" }) },
  { form: new RegExp(`${REF}✖ cancelled`), event: () => ({ name: "task.cancelled" }) },
];
const INSTANCE = new RegExp(String.raw`^· ${NAME} \(([A-Z]+)\) \[(\w+)\]$`);

/** The lines between the tree and the summary. */
export function stepLines(output: string): string[] {
  const [_header, _tree, ...rest] = output.split("\n\n");
  const lines = rest.join("\n").split("\n");
  // From there on it is summed up.
  const end = lines.findIndex((line) => /^\d+ done, \d+ failed/.test(line));
  return lines.slice(0, end === -1 ? undefined : end).filter((line) => line !== "");
}

/** The lines that no event of the journal accounts for: none, if all is well. */
export function unaccounted(
  lines: readonly string[],
  journal: readonly EventView[],
  names: { refOf(taskId: string): string | undefined; nameOf(instanceId: string): string | undefined },
): string[] {
  const facts = journal.map(({ event, taskId, instanceId }) => ({
    event,
    ref: taskId === null ? null : (names.refOf(taskId) ?? taskId),
    instance: instanceId === null ? null : names.nameOf(instanceId),
  }));
  return lines.filter((line) => {
    const about = INSTANCE.exec(line);
    if (about !== null)
      return !facts.some(({ event, instance }) => event === `instance.${about[3]}` && instance === about[1]);
    const saying = SAYINGS.find(({ form }) => form.test(line));
    const parts = saying?.form.exec(line) ?? null;
    if (saying === undefined || parts === null) return true;
    const wanted = saying.event(parts);
    return !facts.some(
      ({ event, ref, instance }) =>
        event === wanted.name &&
        ref === parts[1] &&
        (wanted.instance === undefined || instance === wanted.instance),
    );
  });
}

/** Names and refs by id, of everything in a store. */
export async function namesIn(hopper: Hopper) {
  const flat = (tree: InstanceTreeView): InstanceTreeView[] => [tree, ...tree.children.flatMap(flat)];
  const names = new Map(
    (await hopper.instances.hierarchy(undefined, { all: true }))
      .flatMap(flat)
      .map(({ id, name }) => [id, name]),
  );
  const { items } = await hopper.tasks.list({ limit: 500 });
  const refs = new Map(
    items.flatMap(({ id, ref }) => [
      [id, ref],
      [ref, ref],
    ]),
  );
  return { nameOf: (id: string) => names.get(id), refOf: (id: string) => refs.get(id) };
}
