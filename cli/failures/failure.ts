/** The body of a refusal as the API gives it (RFC 9457), facts beside the members. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly [fact: string]: unknown;
}

/** One of several things that are wrong, as far as it is known. */
export interface Issue {
  readonly path?: unknown;
  readonly message?: unknown;
  /** What was probably meant. */
  readonly suggestion?: unknown;
  readonly file?: unknown;
  readonly line?: unknown;
  readonly column?: unknown;
}

/** The issues among the facts of a problem; none = empty. */
export function issuesOf(issues: unknown): Issue[] {
  return Array.isArray(issues) ? issues.filter((issue) => typeof issue === "object" && issue !== null) : [];
}

/** What a problem is made of. */
export interface ProblemParts {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly facts?: Readonly<Record<string, unknown>> | undefined;
}

/** What went wrong, as it is shown: to a person, or as problem+json. */
export interface Explained {
  readonly problem: Problem;
  /** A command that can be run; undefined = there is none. */
  readonly fix: string | undefined;
}

/** What the command line itself refuses: a problem, and a command that helps. Thrown inside cli/, shown by run.ts. */
export class CliFailure extends Error implements Explained {
  override readonly name = "CliFailure";
  readonly problem: Problem;
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
