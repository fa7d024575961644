import { usage } from "../failures/failure.ts";

/** The values of one command line, checked and typed by their declaration. Asking for what was not declared is a defect. */
export class Args {
  readonly #values: ReadonlyMap<string, unknown>;

  constructor(values: ReadonlyMap<string, unknown>) {
    this.#values = values;
  }

  /** A value that must be there. */
  text(name: string): string {
    const value = this.maybe(name);
    if (value === undefined) throw usage(`${name} is missing`);
    return value;
  }

  maybe(name: string): string | undefined {
    return this.#values.get(name) as string | undefined;
  }

  /** All values of an option that may be given several times; none = empty. */
  list(name: string): string[] {
    return (this.#values.get(name) as string[] | undefined) ?? [];
  }

  flag(name: string): boolean {
    return this.#values.get(name) === true;
  }

  /** A whole number, or a duration in milliseconds. */
  number(name: string): number | undefined {
    return this.#values.get(name) as number | undefined;
  }

  /** A value given as JSON; undefined = not given. */
  json(name: string): unknown {
    return this.#values.get(name);
  }
}
