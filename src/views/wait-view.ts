/** What an open task waits for that nobody works on. */
export interface WaitView {
  taskId: string;
  ref: string;
  /**
   * Other tasks · a person who blocked it · whom it is offered to · an instance that does not run · room ·
   * somebody who can take it · somebody who assigns it · somebody who delegates it · what to do after a refusal · what to do
   * after a failed message · a moment · a worker.
   */
  kind:
    | "dependencies"
    | "person"
    | "offer"
    | "instance"
    | "room"
    | "route"
    | "assignment"
    | "delegation"
    | "refused"
    | "message"
    | "moment"
    | "worker";
  /** In a sentence: `waits for T-1 (in progress at api)`. */
  text: string;
  /** The command that ends the wait or shows more; null = it ends by itself. */
  fix: string | null;
}
