// Everything personal lies in IndexedDB under AES-GCM. The key cannot be taken out of the browser,
// and lies beside what it seals: that stops reading of copied files and backups, not somebody who
// holds the unlocked phone (docs/adr/0035).

import { Failure } from "./server";

/** Code of a record that this phone's key does not open: the key is gone, or it is damaged. */
export const DAMAGED = "D-STORE";

/** A record as it lies in the store: twelve bytes of nonce, then what is sealed. */
export interface Sealed {
  sealed: Uint8Array<ArrayBuffer>;
}

const NONCE_BYTES = 12;
const [JSON_FORM, BYTES_FORM] = [0, 1];

/** A new key, for this browser only. */
export const make_seal_key = (): Promise<CryptoKey> =>
  crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);

const how = (name: string, iv: Uint8Array<ArrayBuffer>) =>
  ({ name: "AES-GCM", iv, additionalData: new TextEncoder().encode(name) });

/** Seals a value under its name: it cannot take another's place. */
export async function seal(key: CryptoKey, name: string, value: unknown): Promise<Sealed> {
  const is_bytes = value instanceof Uint8Array;
  const bytes = is_bytes ? value : new TextEncoder().encode(JSON.stringify(value));
  const plain = new Uint8Array(1 + bytes.length);
  plain[0] = is_bytes ? BYTES_FORM : JSON_FORM;
  plain.set(bytes, 1);
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const closed = new Uint8Array(await crypto.subtle.encrypt(how(name, nonce), key, plain));
  const sealed = new Uint8Array(NONCE_BYTES + closed.length);
  sealed.set(nonce);
  sealed.set(closed, NONCE_BYTES);
  return { sealed };
}

/** Whether a record is sealed; those of before there was a key are not. */
export const is_sealed = (kept: unknown): boolean =>
  (kept as Partial<Sealed> | undefined)?.sealed instanceof Uint8Array;

/** Opens what was sealed under this name. */
export async function unseal(key: CryptoKey, name: string, kept: unknown): Promise<unknown> {
  try {
    const { sealed } = kept as Sealed;
    const nonce = how(name, sealed.slice(0, NONCE_BYTES));
    const opened = await crypto.subtle.decrypt(nonce, key, sealed.slice(NONCE_BYTES));
    const plain = new Uint8Array(opened);
    const bytes = plain.slice(1);
    return plain[0] === BYTES_FORM ? bytes : JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new Failure("refused", DAMAGED);
  }
}
