// How a phone becomes a device of a gate: by a code of the console, scanned or typed, or by whoever
// is signed in on it. The one-time code of a QR code comes with the root key that it must meet.

import { device_keys, from_base64, public_key_base64, sign_session, to_base64 } from "./key";
import {
  register, register_by_code, talk_as_device, Failure, type Phone, type Registered,
} from "./server";
import type { Store, Unsent, Values } from "./store";

/** What the QR code of the console says. */
export interface Invitation {
  code: string;
  root_key_base64: string;
}

/** By which way a phone is registered. */
export type By =
  | { gate: string; label: string }
  | { code: string; root_key_base64?: string };

/** Reads the code behind `#enrol=`; nothing of it is sent by merely opening the page. */
export function read_invitation(hash: string): Invitation | undefined {
  const [, code, root] = /^#enrol=([a-z0-9]{20})\.([\w-]{43})$/.exec(hash) ?? [];
  if (!code || !root) return undefined;
  const bytes = from_base64(root.replaceAll("-", "+").replaceAll("_", "/") + "=");
  return { code, root_key_base64: to_base64(bytes) };
}

/** Registers this phone and keeps what it now is. The server is told what is lost by it. */
export async function become_device(
  store: Store,
  by: By,
  damaged: boolean,
  lost: Unsent,
): Promise<Values["device"]> {
  const public_key = await public_key_base64(await device_keys(store));
  const made = await register_by(public_key, by, lost);
  if ("code" in by && by.root_key_base64 && by.root_key_base64 !== made.root_key_base64) {
    // The server is not the one whose office made the code.
    throw new Failure("refused", "root");
  }
  const { device, shard, root_key_base64, gate } = made;
  const kept = { device, shard, root_key_base64, gate, label: "label" in by ? by.label : "" };
  await store.become(kept, damaged || lost.count > 0);
  await navigator.storage?.persist?.().catch(() => false);
  return kept;
}

function register_by(public_key_base64: string, by: By, lost: Unsent): Promise<Registered> {
  const phone: Phone = { public_key_base64, label: phone_name(),
    ...(lost.count > 0 && { lost }) };
  return "gate" in by ? register(by.gate, phone) : register_by_code({ code: by.code, ...phone });
}

/** What the console calls this phone: its kind, as far as the browser says it. */
function phone_name(): string {
  const known = /\(([^)]*)\)/.exec(navigator.userAgent)?.[1]?.split(";") ?? [];
  return (known.at(-1) ?? "").replace(/Build.*/, "").trim().slice(0, 30);
}

/** From here on the phone shows its own key. */
export function talk_as(device: Values["device"], keys: CryptoKeyPair): void {
  talk_as_device(async (server_millis) => ({
    device: device.device,
    signature: await sign_session(keys, device.device, server_millis),
  }));
}
