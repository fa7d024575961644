import { isDeepStrictEqual } from "node:util";

/** What a script tries, a line each, and whether all of it is as it should be. */
export class Checklist {
  #failed = 0;

  say(what: string, found: unknown, wanted: unknown): void {
    const good = isDeepStrictEqual(found, wanted);
    if (!good) this.#failed += 1;
    process.stdout.write(
      `${good ? "ok    " : "FAILED"} ${what}${good ? "" : `: ${JSON.stringify(found)}`}\n`,
    );
  }

  /** The last line, and the exit code. */
  end(): void {
    process.stdout.write(this.#failed === 0 ? "all as it should be\n" : `${this.#failed} FAILED\n`);
    process.exitCode = this.#failed === 0 ? 0 : 1;
  }
}
