import { resolve } from "node:path";
import { commandText, withReach } from "../src/contracts/shell-word.ts";
import { findDataFolder } from "./place/data-folder.ts";
import { CliFailure } from "./failures/failure.ts";
import type { CliIo } from "./io.ts";
import {
  checkInput,
  loadConfiguration,
  type ConfigurationSources,
  type Hopper,
  type OpenParams,
  type Upgrade,
} from "./library/library.ts";
import { isStoreFailure } from "./failures/store-failure.ts";
import { hasStore, noStore, placeOf, refuseMemory, type StorePlace } from "./place/store-place.ts";
import { textOf, type Format, type Shown } from "./output.ts";
import { lookFor, type Look } from "./render/look.ts";
import type { Args } from "./parse/args.ts";

/** A second command waits this long for the first one to give the store back. Source: spec/cli.md 5.1. */
const LOCK_WAIT_MS = 5_000;
const LOCK_RETRY_MS = 50;

/** What every command works with: where it reads, what it may change, how it speaks. */
export class Context {
  readonly io: CliIo;
  readonly format: Format;
  readonly quiet: boolean;
  readonly look: Look;
  readonly #globals: Args;
  #place: Promise<StorePlace> | undefined;

  constructor(params: { io: CliIo; globals: Args }) {
    const { io, globals } = params;
    this.io = io;
    this.#globals = globals;
    this.format = globals.flag("json") ? "json" : ((globals.maybe("output") ?? "table") as Format);
    this.quiet = globals.flag("quiet");
    this.look = lookFor({ stream: io.stdout, env: io.env, wide: this.format === "wide", now: io.now() });
  }

  /** Where the data of this command is. */
  async place(): Promise<StorePlace> {
    this.#place ??= this.#findPlace();
    return await this.#place;
  }

  /** What another command is told so that it finds the same data and settings. */
  get reach(): readonly string[] {
    return ["data", "config"].flatMap((name) => {
      const value = this.#globals.maybe(name);
      return value === undefined ? [] : [`--${name}`, value];
    });
  }

  /** A command as this one's reader can run it. */
  hint(command: string): string {
    return withReach(command, this.reach);
  }

  /** This command with other words, for the next page of the same: it looks the same. */
  again(words: readonly string[]): string {
    const format = this.format === "wide" ? ["-o", "wide"] : [];
    return commandText([...words, ...format, ...this.reach]);
  }

  /** Who asks, for the journal: `cli:ada`. */
  get by(): string {
    const { env, user } = this.io;
    const named = [env["USER"], env["LOGNAME"], env["USERNAME"]].find((name) => (name ?? "") !== "");
    return `cli:${named ?? user ?? "unknown"}`;
  }

  /** Where the settings of this command come from; the library reads them. */
  get config(): ConfigurationSources {
    const { cwd, env } = this.io;
    const named = this.#globals.maybe("config") ?? env["HOPPER_CONFIG"];
    const file = named === undefined || named === "" ? undefined : resolve(cwd, named);
    return { file, dataFolder: this.#dataFolder, workingFolder: cwd, env };
  }

  /** Runs with the store open for reading, also while another process owns it. No store: exit 3. */
  async reads<T>(use: (hopper: Hopper) => Promise<T>): Promise<T> {
    const place = await this.#existing();
    const hopper = await this.#open("read", place).catch(async (error: unknown) => {
      // A store of an older Hopper is brought up to date first, which only its owner may do.
      if (isStoreFailure(error, "older")) return await this.#open("own", place);
      throw error;
    });
    return await this.#with(hopper, use);
  }

  /** Runs as the owner of the store. Without one: exit 3. */
  async changes<T>(use: (hopper: Hopper) => Promise<T>): Promise<T> {
    return await this.#with(await this.#open("own", await this.#existing()), use);
  }

  /** As {@link changes}, but makes a store where there is none, unless something is wrong with what is to be made. */
  async creates<T>(
    noun: "instance" | "task",
    params: object,
    use: (hopper: Hopper) => Promise<T>,
  ): Promise<T> {
    const place = await this.place();
    refuseMemory(place);
    if (!hasStore(place)) await checkInput(noun, params);
    return await this.#with(await this.#open("own", place), use);
  }

  /** Runs as the owner if nobody else is, without waiting; undefined = another process owns the store. */
  async changesIfFree<T>(use: (hopper: Hopper) => Promise<T>): Promise<T | undefined> {
    const place = await this.#existing();
    const hopper = await this.#open("own", place, 0).catch((error: unknown) => {
      if (isStoreFailure(error, "locked")) return undefined;
      throw error;
    });
    return hopper && (await this.#with(hopper, use));
  }

  /** Writes to stdout in the format that was asked for. */
  async show(shown: Shown): Promise<void> {
    const text = await textOf(shown, this);
    if (text !== "") this.io.stdout.write(text);
  }

  /** Does a person read what is shown? */
  get forPeople(): boolean {
    return !this.quiet && (this.format === "table" || this.format === "wide");
  }

  /** A remark for a person, on stderr; not with --quiet or a machine's format. */
  remark(text: string): void {
    if (this.forPeople) this.io.stderr.write(`${text}\n`);
  }

  get #dataFolder(): string {
    return findDataFolder(this.#globals.maybe("data"), this.io.cwd);
  }

  async #findPlace(): Promise<StorePlace> {
    const configuration = await loadConfiguration(this.config);
    for (const warning of configuration.warnings) this.remark(`note: ${warning}`);
    const named = this.#globals.maybe("data") !== undefined;
    return placeOf(this.#dataFolder, named ? undefined : configuration);
  }

  async #existing(): Promise<StorePlace> {
    const place = await this.place();
    refuseMemory(place);
    if (!hasStore(place)) throw noStore(place);
    return place;
  }

  async #open(mode: OpenParams["mode"], { url }: StorePlace, waitMs = LOCK_WAIT_MS): Promise<Hopper> {
    const { config, io } = this;
    const giveUp = io.now() + waitMs;
    const onUpgrade = ({ path, bytes, copy }: Upgrade): void =>
      this.remark(
        `note: ${path} (${Math.ceil(bytes / 1_048_576)} MiB) is of an older Hopper and brought up to date; as it was, it is kept in ${copy}`,
      );
    for (;;) {
      try {
        return await io.openHopper({ store: url, mode, config, onUpgrade });
      } catch (error) {
        if (!isStoreFailure(error, "locked") || io.now() >= giveUp) throw error;
      }
      throwIfInterrupted(io.signal);
      await io.sleep(LOCK_RETRY_MS);
    }
  }

  async #with<T>(hopper: Hopper, use: (hopper: Hopper) => Promise<T>): Promise<T> {
    try {
      return await orInterrupted(use(hopper), this.io.signal);
    } finally {
      await hopper.close();
    }
  }
}

/** Throws what ends a command with exit 130. */
export function throwIfInterrupted(signal: AbortSignal): void {
  if (signal.aborted) throw interruption();
}

function interruption(): CliFailure {
  const detail = "interrupted";
  return new CliFailure({ code: detail, status: 499, title: "Interrupted", detail });
}

/** The work's outcome, or the interruption if that comes first. */
async function orInterrupted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const interrupted = Promise.withResolvers<never>();
  const stop = (): void => interrupted.reject(interruption());
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop);
  try {
    return await Promise.race([work, interrupted.promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
