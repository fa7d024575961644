import { createHash } from "node:crypto";
import type { System } from "../../actors/engine/system.ts";
import type { Key } from "../../actors/engine/system-params.ts";
import { HopperError, isKept } from "../../machines/errors.ts";
import type { Answer } from "../../machines/messages/answer.ts";
import type { Command } from "../../machines/messages/command.ts";
import { DESK, type ActorNo } from "../../machines/records/values.ts";
import type { Store } from "../../store/store.ts";
import { callerOf, type CommandOptions } from "../contracts/command-options.ts";

/** What a caller asked for: a repeat with its key says the same. */
export interface Request {
  /** As it is called in the library. */
  readonly verb: string;
  /** The record it is about, as the caller named it. */
  readonly id?: string;
  /** Its checked parameters. */
  readonly asked: CommandOptions;
}

/** A key, and whose it is. */
type Owned = Pick<Key, "caller" | "key">;

/** What a request comes to. */
export interface Routed {
  readonly to: ActorNo;
  readonly command: Command;
}

/** Looks up what a request names, and throws what the door has against it. */
export type Route = () => Routed | Promise<Routed>;

/** A request with a key. */
interface Keyed extends Owned {
  readonly request: Request;
  readonly route: Route;
}

/** One whose answer is to come. */
interface UnderWay {
  readonly fingerprint: string;
  readonly pending: Promise<Answer>;
}

/**
 * Requests with an idempotency key: one effect each. The key is looked up before anything else, so a repeat gets the
 * first one's answer, stored or still to come, whatever has become of the records since. Source: spec/runtime.md 3.4.
 */
export class Repeats {
  readonly #store: Store;
  readonly #system: System;
  /** By caller and key. */
  readonly #underWay = new Map<string, UnderWay>();

  constructor({ store, system }: { readonly store: Store; readonly system: System }) {
    this.#store = store;
    this.#system = system;
  }

  /** Throws `idempotency_key_reused` for a key that was used for another request. */
  async answer({ request, route, ...owned }: Keyed): Promise<Answer> {
    const { caller, key } = owned;
    const fingerprint = fingerprintOf(request);
    const stored = await this.#store.commandByKey(caller, key);
    // Nothing is awaited from here until it is under way, so that two requests with one key are one.
    const name = nameOf(owned);
    const known = stored ?? this.#underWay.get(name);
    if (known === undefined) {
      const pending = this.#first(route, { caller, key, fingerprint });
      this.#underWay.set(name, { fingerprint, pending });
      return await pending.finally(() => this.#underWay.delete(name));
    }
    if (known.fingerprint !== fingerprint) {
      const detail = `The idempotency key ${key} was used for another request.`;
      throw new HopperError("idempotency_key_reused", detail, { key });
    }
    this.#system.mustRun();
    if ("pending" in known) return await known.pending;
    return await this.#system.answerOf(known.command, async () => {
      const answer = (await this.#store.commandByKey(caller, key))?.answer ?? null;
      return answer === null ? null : (JSON.parse(answer) as Answer);
    });
  }

  async #first(route: Route, key: Key): Promise<Answer> {
    const routed = await routedOrRefused(route);
    return await this.#system.submit({ ...routed, by: key.caller, key });
  }
}

/** One text for caller and key, unlike that of any others. */
export function nameOf({ caller, key }: Owned): string {
  return JSON.stringify([caller, key]);
}

/** The key that a request brings, with whose it is; null = it has none. */
export function keyOf(asked: CommandOptions): Owned | null {
  const { idempotencyKey: key } = asked;
  return key === undefined ? null : { caller: callerOf(asked), key };
}

/** Of what was asked, not of what it comes to: what a name means may change from one repeat to the next. */
function fingerprintOf({ verb, id, asked: { by: _by, idempotencyKey: _key, ...asked } }: Request): string {
  return createHash("sha256")
    .update(JSON.stringify([verb, id, asked]))
    .digest("hex");
}

/** A refusal that is kept goes to the desk, whose turn keeps it. */
async function routedOrRefused(route: Route): Promise<Routed> {
  try {
    return await route();
  } catch (error) {
    if (!(error instanceof HopperError) || !isKept(error.code)) throw error;
    const { code, detail, facts } = error;
    return { to: DESK, command: { type: "command.refused", refusal: { code, detail, facts } } };
  }
}
