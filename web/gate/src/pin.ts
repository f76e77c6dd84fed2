// A guard's PIN on this phone: it says who is on duty and who takes over, and keeps no secret
// (docs/adr/0035). The phone keeps a slow salted hash. Wrong ones make a wait that grows; nothing
// ever locks a gate out.

import { from_base64, to_base64 } from "./key";

export interface Pin {
  salt: string;
  hash: string;
  /** Wrong ones since the last right one. */
  wrong: number;
  /** Not tried again before this instant, milliseconds. */
  until: number;
  /** Since when somebody says that they forgot it. */
  forgotten?: number | undefined;
}

/** Rounds of PBKDF2: a third of a second on a cheap phone. */
const ROUNDS = 200_000;
/** Wrong ones that cost nothing, the first wait and the longest (local choice). */
const FREE_TRIES = 5;
const FIRST_WAIT_MILLIS = 30_000;
const LONGEST_WAIT_MILLIS = 600_000;
/** Who forgot it and is alone at the gate may choose another after this long (local choice). */
export const FORGOTTEN_MILLIS = 600_000;

/** Four to six digits. */
export const is_pin = (text: string): boolean => /^\d{4,6}$/.test(text);

async function slow_hash(digits: string, salt: Uint8Array<ArrayBuffer>): Promise<string> {
  const bytes = new TextEncoder().encode(digits);
  const key = await crypto.subtle.importKey("raw", bytes, "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS };
  return to_base64(new Uint8Array(await crypto.subtle.deriveBits(how, key, 256)));
}

/** Keeps digits as a hash with a salt of its own. */
export async function make_pin(digits: string): Promise<Pin> {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  return { salt: to_base64(salt), hash: await slow_hash(digits, salt), wrong: 0, until: 0 };
}

/** How long so many wrong ones cost. */
export function wait_after(wrong: number): number {
  if (wrong < FREE_TRIES) return 0;
  return Math.min(FIRST_WAIT_MILLIS * 2 ** (wrong - FREE_TRIES), LONGEST_WAIT_MILLIS);
}

/** What is kept after digits were tried at an instant; during a wait nothing is looked at. */
export async function try_pin(kept: Pin, digits: string, now: number): Promise<Pin> {
  // A wait that is longer than any was written by a clock that was wrong.
  if (now < kept.until && kept.until <= now + LONGEST_WAIT_MILLIS) return kept;
  if ((await slow_hash(digits, from_base64(kept.salt))) === kept.hash) {
    return { salt: kept.salt, hash: kept.hash, wrong: 0, until: 0 };
  }
  const wrong = kept.wrong + 1;
  return { ...kept, wrong, until: now + wait_after(wrong) };
}
