import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { Answers, DRAINING } from "../../actors/engine/answers.ts";
import { createHopper, type CreateHopperParams } from "../../src/index.ts";
import { imageAfter, newImage } from "../../store/dialects/sqlite/image.ts";
import { STEPS } from "../../store/migrations/index.ts";
import { openStore } from "../../store/open.ts";
import { faulty } from "../support/faulty-store.ts";
import { givenEnvironment } from "../support/store-given.ts";

/** What nothing can be said of. */
const BARE: unknown = Object.create(null);

interface Said {
  readonly facts: object;
  readonly message: string;
}

/** What is called and fails with this, at once or later. */
const waysToFail = (thrown: unknown): [how: string, call: () => void][] => [
  [
    "throws",
    () => {
      throw thrown;
    },
  ],
  ["rejects", () => Promise.reject(thrown)],
];

/** A log that keeps what it is told. */
function givenLog(): { said: Said[]; log: NonNullable<CreateHopperParams["log"]> } {
  const said: Said[] = [];
  const keep = (facts: object, message: string): void => void said.push({ facts, message });
  return { said, log: { info: keep, warn: keep, error: keep } };
}

it.each(waysToFail(BARE))(
  "a listener that %s what cannot be shown is said in the log, and nothing else happens",
  async (_how, listener) => {
    const { said, log } = givenLog();
    const hopper = await createHopper({ store: "sqlite::memory:", log });
    onTestFinished(() => hopper.close());
    hopper.on("instance.created", listener);
    await hopper.instances.create({ name: "shop", scope: "PROJECT" });
    await hopper.settle();
    await new Promise(setImmediate);
    expect(said).toEqual([
      {
        facts: {
          event: "instance.created",
          cursor: expect.any(String) as unknown,
          error: "what was thrown cannot be shown",
        },
        message: "a listener threw; the others go on",
      },
    ]);
  },
);

it.each(waysToFail(new Error("its own")))(
  "an onFatal that %s is said in the log, and everybody is told all the same",
  async (_how, onFatal) => {
    const { said, log } = givenLog();
    const opened = faulty(await openStore({ url: "sqlite::memory:", ...givenEnvironment() }), () => ({
      when: "before",
      kind: "io",
    }));
    const hopper = await createHopper({ opened, log, onFatal });
    await expect(hopper.instances.create({ name: "shop", scope: "PROJECT" })).rejects.toMatchObject({
      code: "unavailable",
    });
    await new Promise(setImmediate);
    expect(said).toContainEqual({ facts: { error: "its own" }, message: "onFatal threw" });
    await hopper.close();
  },
);

it.each(waysToFail(new Error("its own")))(
  "an onUpgrade that %s is said in the log, and the store opens all the same",
  async (_how, onUpgrade) => {
    const { said, log } = givenLog();
    const path = join(mkdtempSync(join(tmpdir(), "hopper-")), "hopper.db");
    const facts = { id: "8d7f0f5e-2d34-4c5b-9a39-5d3f1f9e2a11", createdAt: 1, program: "hopper 0" };
    writeFileSync(path, newImage(facts, "wal", imageAfter(STEPS.slice(0, 3))));
    const hopper = await createHopper({ store: `sqlite:${path}`, log, onUpgrade });
    onTestFinished(() => hopper.close());
    expect((await hopper.tasks.list()).items).toEqual([]);
    expect(said).toContainEqual({ facts: { error: "its own" }, message: "onUpgrade threw" });
  },
);

it.each([
  ["project", {}, "there is no such scope; accepted are GLOBAL, PROJECT"],
  ["PROJECT", null, "is no behavior; { name, decide(view, task) } is needed"],
  ["PROJECT", { name: "mine" }, "is no behavior"],
])("scopes.%s: %j is refused, and no store is made", async (scope, behavior, detail) => {
  const scopes = { [scope]: behavior } as unknown as NonNullable<CreateHopperParams["scopes"]>;
  const folder = mkdtempSync(join(tmpdir(), "hopper-scopes-"));
  await expect(createHopper({ store: `sqlite:${folder}/store.db`, scopes })).rejects.toMatchObject({
    code: "bad_configuration",
    detail: expect.stringContaining(detail) as unknown,
  });
  expect(readdirSync(folder)).toEqual([]);
});

it.each([
  [{ scopes: null }, "scopes is null"],
  [{ scopes: 5 }, "scopes is 5"],
  [{ mode: "write" }, "mode is write; own and read are accepted"],
])("%j is refused", async (params, detail) => {
  const given = { store: "sqlite::memory:", ...params } as unknown as CreateHopperParams;
  await expect(createHopper(given)).rejects.toMatchObject({
    code: "bad_configuration",
    detail: expect.stringContaining(detail) as unknown,
  });
});

it("whoever has aborted a wait for an answer is waited for by nobody", () => {
  const answers = new Answers();
  const [stays, goes, answered] = [new AbortController(), new AbortController(), new AbortController()];
  const told: string[] = [];
  for (const [no, { signal }] of [stays, goes, answered].entries())
    void answers.until(signal, no, () => told.push(`looked again after ${no}`));
  goes.abort();
  expect([answers.waiting, told]).toEqual([2, ["looked again after 1"]]);
});

it("a signal that outlives an answer has nothing to do with it any more", async () => {
  const answers = new Answers();
  const { signal } = new AbortController();
  const heard = vi.spyOn(signal, "removeEventListener");
  const pending = answers.until(signal, 1, () => undefined);
  answers.give(1, { ok: false, refusal: DRAINING });
  await pending;
  expect(heard).toHaveBeenCalledWith("abort", expect.any(Function));
});
