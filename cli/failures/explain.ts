import type { HopperError } from "../library/library.ts";
import { CliFailure, problem, type Explained } from "./failure.ts";
import { fixFor, type FailedCommand } from "./fixes.ts";
import { damagedStore, fileProblem, storeProblem } from "./store-failure.ts";

const DEFECT = "Hopper failed";
const TITLES: Readonly<Record<number, string>> = {
  400: "This is not allowed",
  404: "There is nothing of that name",
  409: "The state it is in does not allow this",
  412: "It was changed meanwhile",
  413: "That is too large",
  422: "The input is not valid",
  503: "It cannot be done now",
  504: "It took too long",
};

/** Makes of anything thrown what the user is told. */
export function explainFailure(error: unknown, command: FailedCommand): Explained {
  if (error instanceof CliFailure) return error;
  const known = storeProblem(error) ?? fileProblem(error);
  if (known !== undefined) return known;
  if (isRefusal(error)) {
    if (error.code === "store_damaged" && typeof error.facts["path"] === "string")
      return damagedStore(error.facts["path"], error.detail);
    const { code, status, detail, facts } = error;
    const body = problem({ code, status, title: TITLES[status] ?? DEFECT, detail, facts });
    return { problem: body, fix: fixFor(body, command) };
  }
  const detail = error instanceof Error ? error.message : String(error);
  return {
    problem: problem({ code: "internal", status: 500, title: DEFECT, detail }),
    fix: "hopper doctor",
  };
}

/** A refusal of the library, known by its name: importing its class would load the machines. */
function isRefusal(error: unknown): error is HopperError {
  return error instanceof Error && error.name === "HopperError";
}
