// Empties the outbox: oldest events first, in batches, the head of each batch signed. Online means
// that it is empty within a second; without network it tries again, ever more slowly, and at once
// when the phone says that it is back. A batch that the server does not take in, or that cannot be
// read any more, holds up nothing behind it: that is sent too, so that the office has it.

import { sign_head } from "./key";
import { Failure, send_events, type Reply } from "./server";
import { DAMAGED } from "./seal";
import type { Store } from "./store";

/** Most events of one request. */
const BATCH_EVENTS = 200;
const FIRST_WAIT_MILLIS = 1_000;
const LONGEST_WAIT_MILLIS = 15_000;
/** Somebody has to see to what was refused: all that is kept is offered anew only so often. */
const REFUSED_WAIT_MILLIS = 60_000;

/** Codes of a batch that nothing proves to be this phone's, or that it cannot read. */
export const STUCK = ["D-SIGN", "D-CHAIN", "D-EVENT", DAMAGED];

export type Line = "online" | "offline" | "login" | "refused";

/** What a failed call means for the line to the server. */
export function line_of({ kind }: Failure): Line {
  return kind === "login" || kind === "refused" ? kind : "offline";
}

export interface OutboxEvents {
  /** The server has committed events. */
  sent(reply: Reply): Promise<void>;
  /** The state of the line changed. */
  line(line: Line, code: string): void;
}

export class Outbox {
  #running = false;
  #again = false;
  #wait_millis = FIRST_WAIT_MILLIS;
  #timer = 0;
  /** Why the server stays behind; nothing more is acknowledged then, and all is kept. */
  #refusal: Failure | undefined;
  /** Up to here events were offered since then, until all is offered anew. */
  #offered = 0;
  #anew_at = 0;

  readonly #store: Store;
  readonly #gate: string;
  readonly #device: string;
  readonly #keys: CryptoKeyPair;
  readonly #events: OutboxEvents;

  constructor(
    store: Store,
    gate: string,
    device: string,
    keys: CryptoKeyPair,
    events: OutboxEvents,
  ) {
    this.#store = store;
    this.#gate = gate;
    this.#device = device;
    this.#keys = keys;
    this.#events = events;
    addEventListener("online", () => this.hurry());
    addEventListener("offline", () => this.#events.line("offline", ""));
  }

  /** Sends now, whatever wait is under way. */
  hurry(): void {
    this.#wait_millis = FIRST_WAIT_MILLIS;
    this.kick();
  }

  /** Sends what there is; a call during a send causes one more round after it. */
  kick(): void {
    if (this.#running) {
      this.#again = true;
      return;
    }
    clearTimeout(this.#timer);
    this.#running = true;
    void this.#run().finally(() => {
      this.#running = false;
      if (this.#again) {
        this.#again = false;
        this.kick();
      }
    });
  }

  async #run(): Promise<void> {
    try {
      if (performance.now() > this.#anew_at) this.#refusal = undefined;
      while (await this.#send_batch());
      if (this.#refusal) throw this.#refusal;
      this.#wait_millis = FIRST_WAIT_MILLIS;
    } catch (error) {
      const failure = error instanceof Failure ? error : new Failure("network", "app");
      this.#events.line(line_of(failure), failure.code);
      this.#timer = setTimeout(() => this.kick(), this.#wait_millis);
      this.#wait_millis = Math.min(this.#wait_millis * 2, LONGEST_WAIT_MILLIS);
    }
  }

  /** Sends one batch; false when there was nothing to send. */
  async #send_batch(): Promise<boolean> {
    const store = this.#store;
    const acknowledged = (await store.get("acknowledged")) ?? 0;
    const after = this.#refusal ? this.#offered : acknowledged;
    // Numbers have no gap, so one that cannot be read is stepped over by its number.
    let end = after + 1;
    try {
      const batch = await store.events_after(after, BATCH_EVENTS);
      const last = batch.at(-1);
      if (!last) return false;
      end = last.seq;
      const reply = await send_events(this.#gate, {
        device: this.#device,
        events: batch.map((event) => event.event_base64),
        head_signature_base64: await sign_head(this.#keys, last.head_base64),
        // What was refused is as good as gone: nobody is to ask for it before taking the rest.
        oldest: this.#refusal ? after + 1 : await store.oldest(),
      });
      if (!this.#refusal) await this.#acknowledge(reply, after);
    } catch (error) {
      if (!(error instanceof Failure && STUCK.includes(error.code))) throw error;
      if (!this.#refusal) this.#anew_at = performance.now() + REFUSED_WAIT_MILLIS;
      this.#refusal = error;
    }
    this.#offered = end;
    return true;
  }

  async #acknowledge(reply: Reply, before: number): Promise<void> {
    const through = reply.acknowledged_through;
    // A server restored from a copy may be behind: go back to where it stands. A reply that moves
    // nothing must not become an endless loop.
    if (!Number.isSafeInteger(through) || through === before) throw new Failure("server", "ack");
    await this.#store.put("acknowledged", through);
    this.#events.line("online", "");
    await this.#events.sent(reply);
  }
}
