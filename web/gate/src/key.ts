// The device's key: ECDSA P-256, made on the phone, never extractable. It signs the head of the
// event chain on each send (design §3: Ed25519 in browsers is too new).

import type { Store } from "./store";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" };

/** The key pair of this device, made on first use. */
export async function device_keys(store: Store): Promise<CryptoKeyPair> {
  const kept = await store.get("keys");
  if (kept) return kept;
  const made = await crypto.subtle.generateKey(ALGORITHM, false, ["sign", "verify"]);
  await store.put("keys", made);
  return made;
}

/** The public half as SPKI in base64, for enrolment. */
export async function public_key_base64(keys: CryptoKeyPair): Promise<string> {
  return to_base64(new Uint8Array(await crypto.subtle.exportKey("spki", keys.publicKey)));
}

/** Signs the bytes of a head; gives raw r‖s (64 bytes) in base64. */
export function sign_head(keys: CryptoKeyPair, head_base64: string): Promise<string> {
  return sign(keys, from_base64(head_base64));
}

/** Signs that this device talks to the server now, by the server's own clock. */
export function sign_session(
  keys: CryptoKeyPair,
  device: string,
  server_millis: number,
): Promise<string> {
  const domain = new TextEncoder().encode("gatehouse/device-session/1");
  const id = device.replaceAll("-", "").match(/../g) ?? [];
  const signed = new Uint8Array(domain.length + 16 + 8);
  signed.set(domain);
  signed.set(id.map((byte) => parseInt(byte, 16)), domain.length);
  new DataView(signed.buffer).setBigInt64(domain.length + 16, BigInt(server_millis));
  return sign(keys, signed);
}

async function sign(keys: CryptoKeyPair, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const algorithm = { name: "ECDSA", hash: "SHA-256" };
  const signature = await crypto.subtle.sign(algorithm, keys.privateKey, bytes);
  return to_base64(new Uint8Array(signature));
}

/** Bytes to standard base64 with padding. */
export function to_base64(bytes: Uint8Array): string {
  let binary = "";
  // In pieces: a snapshot has too many bytes for one argument list.
  for (let at = 0; at < bytes.length; at += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(binary);
}

/** Standard base64 to bytes. */
export function from_base64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
