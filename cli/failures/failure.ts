import { exitCodeOf } from "./exit-codes.ts";

/** The body of a refusal as the API gives it (RFC 9457), facts beside the members. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly [fact: string]: unknown;
}

/** What the command line itself refuses: a problem, and a command that helps. Thrown inside cli/, shown by run.ts. */
export class CliFailure extends Error {
  override readonly name = "CliFailure";
  readonly problem: Problem;
  /** A command that can be run, without the leading `hopper` being added. */
  readonly fix: string | undefined;
  readonly exitCode: number;

  constructor(problem: Problem, fix?: string) {
    super(problem.detail);
    this.problem = problem;
    this.fix = fix;
    this.exitCode = exitCodeOf(problem);
  }
}

/** Builds a problem; the type names the code. A fact called `status` (of a record) is shown as `state`: that member is HTTP's. */
export function problem(params: {
  code: string;
  status: number;
  title: string;
  detail: string;
  facts?: Readonly<Record<string, unknown>>;
}): Problem {
  const { code, status, title, detail, facts } = params;
  const { status: state, ...others } = facts ?? {};
  const shown = state === undefined ? others : { ...others, state };
  return { ...shown, type: `urn:hopper:problem:${code}`, title, status, code, detail };
}

/** The command line is not understood: exit 2. */
export function usage(detail: string, fix?: string, facts?: Readonly<Record<string, unknown>>): CliFailure {
  const title = "The command is not understood";
  return new CliFailure(
    problem({ code: "usage", status: 400, title, detail, ...(facts === undefined ? {} : { facts }) }),
    fix,
  );
}
