import { Worker } from "node:worker_threads";
import type { CommitError } from "../../store.ts";
import { commitErrorOf } from "./errors.ts";
import { libraryPath, type Database } from "./library.ts";
import { prepared, type Prepared } from "./prepared.ts";

/** Pages of the log that are worth a checkpoint: one that many commits wrote is moved once. */
const WORTH_PAGES = 5_000;
/** Fewer are moved here, in a few ms: nothing is written meanwhile, so the log begins anew. */
const REST_PAGES = 1_000;
/** Rounds of the thread after which the rest is moved here, however long it is: the log does not grow for ever. */
const ROUNDS = 4;
/** Transactions between two looks at the log, each of which takes 4 µs. */
const LOOK = 16;

/** A text, not a file: where the command is bundled, none stands beside it. It answers each message, null = it went well. */
const THREAD = `
const { parentPort, workerData } = require("node:worker_threads");
const Database = require(workerData.library);
const database = new Database(workerData.path, { fileMustExist: true, timeout: 0 });
database.pragma("synchronous = FULL");
const checkpoint = database.prepare("PRAGMA wal_checkpoint(PASSIVE)");
parentPort.on("message", (what) => {
  if (what === "close") {
    database.close();
    parentPort.close();
    return;
  }
  try {
    checkpoint.all();
    parentPort.postMessage(null);
  } catch ({ code, message }) {
    parentPort.postMessage({ code, message });
  }
});
`;

/** What the thread says of a checkpoint that failed. */
interface ThreadFailure {
  readonly code: string;
  readonly message: string;
}

export type CheckpointThread = Pick<Worker, "postMessage" | "on" | "once" | "ref" | "unref" | "terminate">;
type BeginThread = (path: string) => CheckpointThread;

function beginThread(path: string): CheckpointThread {
  const workerData = { library: libraryPath(), path };
  return new Worker(THREAD, { eval: true, workerData, execArgv: [] });
}

/**
 * Moves the log into the file beside the event loop, in a thread with a connection of its own: 10,000 pages take 40 ms,
 * on a slow disk seconds, for which nothing else would go on. The thread is begun when the log has first grown long, so
 * a short command has none. Source: spec/runtime.md 3.3.
 */
export class Checkpointer {
  readonly #database: Database;
  readonly #begin: BeginThread;
  #thread: CheckpointThread | null = null;
  #commits = 0;
  /** Of the thread, since the log was last worth it; 0 = it has nothing to do. */
  #rounds = 0;
  #failure: CommitError | null = null;

  readonly #look: Prepared;
  readonly #finish: Prepared;

  constructor(database: Database, begin: BeginThread = beginThread) {
    this.#database = database;
    this.#begin = begin;
    this.#look = prepared(database, "PRAGMA wal_checkpoint(NOOP)");
    this.#finish = prepared(database, "PRAGMA wal_checkpoint(PASSIVE)");
  }

  /** Asked before each transaction. @throws CommitError io: a checkpoint has failed, and nothing may be written any more. */
  mustWork(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  /** Told after each transaction. */
  committed(): void {
    this.#commits += 1;
    if (this.#commits % LOOK !== 0 || this.#rounds > 0) return;
    this.#try(() => {
      if (this.#rest() >= WORTH_PAGES) this.#ask();
    });
  }

  /** Ends the thread, and with it its connection; null = there is none. */
  close(): Promise<void> | null {
    const thread = this.#thread;
    if (thread === null) return null;
    this.#thread = null;
    const { promise, resolve } = Promise.withResolvers<void>();
    thread.once("exit", () => resolve());
    thread.ref();
    thread.postMessage("close");
    return promise;
  }

  /** Leaves all as it is. */
  abandon(): void {
    void this.#thread?.terminate();
    this.#thread = null;
  }

  /** Pages of the log that do not stand in the file yet. */
  #rest(): number {
    const { log, checkpointed } = this.#look.get() as { log: number; checkpointed: number };
    return log - checkpointed;
  }

  #ask(): void {
    this.#rounds += 1;
    this.#thread ??= this.#listenTo(this.#begin(this.#database.name));
    this.#thread.postMessage("checkpoint");
  }

  #listenTo(thread: CheckpointThread): CheckpointThread {
    thread.unref();
    thread.on("message", (failure: ThreadFailure | null) => {
      if (thread !== this.#thread) return;
      if (failure === null) this.#try(() => this.#goOn());
      else
        this.#failed(Object.assign(new Error(failure.message), { name: "SqliteError", code: failure.code }));
    });
    // It could not open the file, or has ended: another one is tried.
    const gone = (): void => {
      if (thread !== this.#thread) return;
      this.#thread = null;
      this.#rounds = 0;
    };
    thread.on("error", gone);
    thread.on("exit", gone);
    return thread;
  }

  #goOn(): void {
    if (this.#rounds < ROUNDS && this.#rest() > REST_PAGES) return this.#ask();
    this.#rounds = 0;
    this.#finish.get();
  }

  #try(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Where the disk is full or somebody is in the way, it is tried again: the log holds everything. */
  #failed(error: unknown): void {
    this.#rounds = 0;
    const failure = commitErrorOf(error);
    if (failure.kind === "io") this.#failure = failure;
  }
}
