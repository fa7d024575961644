import { describe, expect, it } from "vitest";
import { EVENT_NAMES, type EventName } from "../../../machines/events/catalogue.ts";
import { NARRATION } from "../../../src/narration/narration.ts";
import type { NarrationOf } from "../../../src/narration/narrator.ts";

/** The names of the events that are silent in this form. */
function silentIn(form: "sentence" | "steps"): EventName[] {
  return EVENT_NAMES.filter((name) => {
    const narrator = NARRATION[name];
    return narrator === "silent" || narrator[form] === "silent";
  });
}

describe("the narration", () => {
  it("has an entry for every event of the catalogue", () => {
    expect(Object.keys(NARRATION).sort()).toEqual([...EVENT_NAMES].sort());
  });

  it("does not compile where a name is left out", () => {
    // @ts-expect-error configuration.updated is missing
    const narration: NarrationOf<"publication" | "configuration.updated"> = { publication: "silent" };
    expect(narration.publication).toBe("silent");
  });

  it("gives an entry the data of its own event alone", () => {
    const narration: NarrationOf<"task.assigned"> = {
      "task.assigned": {
        // @ts-expect-error epoch is not of task.assigned
        sentence: ({ event }) => `epoch ${event.data.epoch}`,
        steps: "silent",
      },
    };
    expect(Object.keys(narration)).toEqual(["task.assigned"]);
  });

  it("says nothing of these events in a task's explanation", () => {
    expect(silentIn("sentence")).toEqual([
      ...EVENT_NAMES.filter((name) => name.startsWith("instance.")),
      "task.updated",
      "task.progress",
      "configuration.updated",
    ]);
  });

  it("makes steps of a run of these events alone", () => {
    const silent = new Set(silentIn("steps"));
    expect(EVENT_NAMES.filter((name) => !silent.has(name))).toEqual([
      "instance.running",
      "instance.error",
      "instance.terminated",
      "task.created",
      "task.requeued",
      "task.held",
      "task.completed",
      "task.failed",
      "task.cancelled",
      "delegation.accepted",
      "delegation.rejected",
      "delegation.completed",
      "delegation.cancelled",
    ]);
  });
});
