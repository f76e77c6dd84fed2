// Who is on duty at this phone, their PINs, and whether it is locked.

import type { Guard } from "./messages";
import { make_pin, try_pin, type Pin } from "./pin";
import type { Store, Values } from "./store";

/** Without a touch for this long the phone locks (local choice). */
export const LOCK_MILLIS = 300_000;

export class Duty {
  #kept: Values["duty"] = { guards: [], pins: {}, locked: false };
  #trying: Promise<true | number> = Promise.resolve(0);

  readonly #store: Store;
  readonly #changed: () => void;

  constructor(store: Store, changed: () => void) {
    this.#store = store;
    this.#changed = changed;
  }

  /** Takes up what the phone remembers. */
  async open(): Promise<void> {
    this.#kept = (await this.#store.get("duty")) ?? this.#kept;
  }

  get guards(): Guard[] {
    return this.#kept.guards;
  }

  get locked(): boolean {
    return this.#kept.locked;
  }

  pin(guard: Guard): Pin | undefined {
    return this.#kept.pins[guard.staff];
  }

  /** What who went says to who comes. */
  get note(): string {
    return this.#kept.note ?? "";
  }

  /** These guards are on duty from now on; nobody's phone is never locked. */
  begin(guards: Guard[], note = ""): void {
    this.#keep({ guards, note, locked: false });
  }

  /** Nobody has touched the phone for a while. */
  lock(): void {
    if (this.guards.length > 0 && !this.locked) this.#keep({ locked: true });
  }

  unlock(): void {
    this.#keep({ locked: false });
  }

  async choose(guard: Guard, digits: string): Promise<void> {
    this.#keep_pin(guard, await make_pin(digits));
  }

  /** Tries digits: right, or how long is to be waited, in milliseconds. One after the other, so
   * that each counts. */
  prove(guard: Guard, digits: string): Promise<true | number> {
    const tried = this.#trying.then(() => this.#try_one(guard, digits));
    this.#trying = tried.catch(() => 0);
    return tried;
  }

  async #try_one(guard: Guard, digits: string): Promise<true | number> {
    const pin = this.pin(guard);
    if (!pin) return 0;
    const now = Date.now();
    const after = await try_pin(pin, digits, now);
    if (after !== pin) this.#keep_pin(guard, after);
    return after.wrong === 0 || Math.max(after.until - now, 0);
  }

  /** Since when they say that they forgot it: now, unless they said so before. */
  forgotten(guard: Guard): number {
    const pin = this.pin(guard);
    // What lies ahead was written by a clock that was wrong.
    const since = Math.min(pin?.forgotten ?? Infinity, Date.now());
    if (pin && pin.forgotten !== since) this.#keep_pin(guard, { ...pin, forgotten: since });
    return since;
  }

  #keep_pin(guard: Guard, pin: Pin): void {
    this.#keep({ pins: { ...this.#kept.pins, [guard.staff]: pin } });
  }

  #keep(more: Partial<Values["duty"]>): void {
    this.#kept = { ...this.#kept, ...more };
    void this.#store.put("duty", this.#kept).catch(() => undefined);
    this.#changed();
  }
}
