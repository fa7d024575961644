/** The values of one command line, checked and typed by their declaration. Asking for what was not declared is a defect. */
export class Args {
  /** The id, ref or name that the command is about; "" = none. */
  readonly subject: string;
  readonly #values: ReadonlyMap<string, unknown>;
  readonly #params: object;

  constructor(subject: string, values: ReadonlyMap<string, unknown>, params: object) {
    this.subject = subject;
    this.#values = values;
    this.#params = params;
  }

  /** Everything but the subject, by the names the library has for it; undefined = not given. The library checks it. */
  params<Params extends object>(): Params {
    return this.#params as Params;
  }

  /** A value that must be there: without it the line is refused. */
  text(name: string): string {
    return this.#values.get(name) as string;
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

  /** The options that were given, as words: `--status open`. */
  words(except: readonly string[]): string[] {
    return [...this.#values].flatMap(([name, value]) => {
      if (value === undefined || except.includes(name)) return [];
      if (value === true) return [`--${name}`];
      const items = [value].flat() as (string | number)[];
      return items.flatMap((item) => [`--${name}`, String(item)]);
    });
  }
}
