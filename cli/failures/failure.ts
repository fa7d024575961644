/** The body of a refusal as the API gives it (RFC 9457), facts beside the members. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly [fact: string]: unknown;
}

/** What a problem is made of. */
export interface ProblemParts {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly facts?: Readonly<Record<string, unknown>> | undefined;
}

/** What the command line itself refuses: a problem, and a command that helps. Thrown inside cli/, shown by run.ts. */
export class CliFailure extends Error {
  override readonly name = "CliFailure";
  readonly problem: Problem;
  /** A command that can be run. */
  readonly fix: string | undefined;

  constructor(parts: ProblemParts, fix?: string) {
    super(parts.detail);
    this.problem = problem(parts);
    this.fix = fix;
  }
}

/** Builds a problem; the type names the code. A fact called `status` (of a record) is shown as `state`: that member is HTTP's. */
export function problem({ code, status, title, detail, facts }: ProblemParts): Problem {
  const { status: state, ...others } = facts ?? {};
  const shown = state === undefined ? others : { ...others, state };
  return { ...shown, type: `urn:hopper:problem:${code}`, title, status, code, detail };
}

/** The command line is not understood: exit 2. */
export function usage(detail: string, fix?: string, facts?: ProblemParts["facts"]): CliFailure {
  return new CliFailure(
    { code: "usage", status: 400, title: "The command is not understood", detail, facts },
    fix,
  );
}
