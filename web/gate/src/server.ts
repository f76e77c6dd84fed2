// The server's gate routes. Every call has a time limit, and every failure is one of four kinds
// that the caller can act on; nothing of a response but these is trusted.

import type { Answer } from "./messages";

/** Longest wait for one call, in milliseconds. */
const CALL_MILLIS = 8_000;
/** A snapshot of a large compound over a slow line. */
const SNAPSHOT_MILLIS = 60_000;

export type FailureKind = "network" | "login" | "refused" | "server";

/** A call that did not give an answer; `code` is the server's, short enough for the phone. */
export class Failure extends Error {
  constructor(
    readonly kind: FailureKind,
    readonly code: string,
  ) {
    super(code);
  }
}

export interface Me {
  staff: string;
  name: string;
  gates: { gate: string; name: string }[];
  guards: { staff: string; name: string }[];
}

export interface Registered {
  device: string;
  shard: number;
  gate: string;
  root_key_base64: string;
}

/** What a phone is registered with; `lost` is what it held of another device and clears. */
export interface Phone {
  public_key_base64: string;
  label: string;
  lost?: { count: number; since_millis: number | undefined };
}

/** What a phone says of itself, for the console's list. */
export interface Report {
  version: string;
  unsent: number;
  list_number: number;
  storage: "persistent" | "best_effort" | "unknown";
  device_millis: number;
  /** What is signed for the last event that was acknowledged. */
  acknowledged_base64: string | undefined;
}

/** Who shows the key where the server does not know this phone's token any more. */
export type ShowKey = (server_millis: number) => Promise<{ device: string; signature: string }>;

let show_key: ShowKey | undefined;

/** From here on this phone talks as a device, without anybody signed in on it. */
export function talk_as_device(show: ShowKey): void {
  show_key = show;
}

export interface Reply {
  acknowledged_through: number;
  answers: Answer[];
  set_aside: { seq: number; reason: string }[];
  server_millis?: number;
}

/** A call of a device: where its token has ended, the key is shown once and the call repeated. */
async function device_call(
  path: string,
  init: RequestInit = {},
  millis = CALL_MILLIS,
): Promise<Response> {
  try {
    return await call(path, init, millis);
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== "login" || !show_key) throw error;
    await open_session(show_key);
    return call(path, init, millis);
  }
}

/** Shows the key at once, so that this phone talks as itself and not as whoever is signed in. */
export async function greet(): Promise<void> {
  if (show_key) await open_session(show_key);
}

async function open_session(show: ShowKey): Promise<void> {
  const time = await json<{ server_millis: number }>(await call("api/time", { cache: "no-store" }));
  const { device, signature } = await show(time.server_millis);
  await call("api/session", post({ device, server_millis: time.server_millis,
    signature_base64: signature }));
}

async function call(path: string, init: RequestInit = {}, millis = CALL_MILLIS): Promise<Response> {
  const begun = Date.now();
  const signal = AbortSignal.timeout(millis);
  const response = await fetch(path, { ...init, credentials: "same-origin", signal })
    .catch(() => undefined);
  // A phone that slept finds a reply that lay there as long; its moment would not be now.
  if (!response || Date.now() - begun > millis) throw new Failure("network", "net");
  if (response.ok || response.status === 304) return response;
  let code = `h${response.status}`;
  try {
    const problem = (await response.json()) as { code?: unknown };
    if (typeof problem.code === "string" && problem.code.length <= 40) code = problem.code;
  } catch {
    // A body that is no problem+json: the status is all there is.
  }
  if (response.status === 401) throw new Failure("login", code);
  if (response.status >= 500) throw new Failure("server", code);
  throw new Failure("refused", code);
}

async function json<T>(response: Response): Promise<T> {
  try {
    return (await response.json()) as T;
  } catch {
    throw new Failure("network", "body");
  }
}

const post = (body: unknown): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});

/** Who is logged in, which gates they may serve, who may be on duty there. */
export async function fetch_me(): Promise<Me> {
  return json<Me>(await call("api/me"));
}

const at_gate = (gate: string, path: string): string =>
  `api/gates/${encodeURIComponent(gate)}/${path}`;

/** Registers this phone's public key for a gate. */
export async function register(
  gate: string,
  body: Phone,
): Promise<Registered> {
  return json<Registered>(await call(at_gate(gate, "devices"), post(body)));
}

/** Registers this phone by a one-time code of the console. */
export async function register_by_code(
  body: Phone & { code: string },
): Promise<Registered> {
  return json<Registered>(await call("api/devices", post(body)));
}

/** Who may be on duty at a gate, and what it is called. */
export async function fetch_guards(
  gate: string,
): Promise<{ place: string; guards: { staff: string; name: string }[] }> {
  return json(await device_call(at_gate(gate, "guards"), { cache: "no-store" }));
}

/** Says how this phone is; the server's clock comes back, and whether it has that event. */
export async function send_report(
  gate: string,
  report: Report,
): Promise<{ server_millis: number; has_acknowledged?: boolean }> {
  return json(await device_call(at_gate(gate, "report"), post(report)));
}

/** The signed snapshot, or null if the one we hold is still the newest. */
export async function fetch_snapshot(
  gate: string,
  device: string,
  etag: string | null,
): Promise<{ bytes: Uint8Array; etag: string | null } | null> {
  const response = await device_call(
    at_gate(gate, `snapshot?device=${encodeURIComponent(device)}`),
    { headers: etag ? { "if-none-match": etag } : {}, cache: "no-store" },
    SNAPSHOT_MILLIS,
  );
  if (response.status === 304) return null;
  try {
    const bytes = new Uint8Array(await response.arrayBuffer());
    return { bytes, etag: response.headers.get("etag") };
  } catch {
    throw new Failure("network", "body");
  }
}

/** What every phone of the gate recorded today, in words. */
export interface Today {
  verdicts: { label: string; count: number }[];
  outcomes: { label: string; count: number }[];
  crossings: { time: string; text: string }[];
}

export async function fetch_today(gate: string): Promise<Today> {
  return json<Today>(await device_call(at_gate(gate, "today"), { cache: "no-store" }));
}

/** Sends events; the reply comes after the server's commit. */
export async function send_events(
  gate: string,
  body: { device: string; events: string[]; head_signature_base64: string; oldest: number },
): Promise<Reply> {
  return json<Reply>(await device_call(at_gate(gate, "events"), post(body)));
}
