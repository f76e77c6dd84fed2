// The real binary under kill -9: a phone's records go in while the server is ended at any moment,
// what its log got meanwhile is torn, and it is started again. What was acknowledged is there; each
// record is there once; the chains hold. And on a full disk nothing is lost.
// GATEHOUSE_KILLS says how often (50), GATEHOUSE_SEED repeats a run. On PostgreSQL, which keeps its
// own log and ends by itself, a quarter as often:
// `script/postgres node --test web/tests/killed.test.mjs`.
import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import {
  closeSync, existsSync, openSync, readdirSync, statSync, truncateSync, writeSync,
} from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { core_of } from "./core_of.mjs";
import { browse, gate_day } from "./support.mjs";
import { open_town, sign_in } from "./town.mjs";

const KILLS = Number(process.env.GATEHOUSE_KILLS ?? 50);
const POSTGRES = process.env.GATEHOUSE_TEST_POSTGRES;
const SEED = Number(process.env.GATEHOUSE_SEED ?? Date.now() % 1_000_000);
const WASM = new URL("../../target/wasm/gatehouse.wasm", import.meta.url);
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const base64 = (bytes) => Buffer.from(bytes).toString("base64");

let town;
let browser;
before(async () => {
  town = await open_town();
  browser = await browse();
});
after(async () => {
  await browser?.close();
  town?.close();
});

/** Numbers that repeat for a seed, each in [0, 1). */
function dice(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A phone without a page: the core, a key, a session; it keeps what was not acknowledged, and
 * with what it was refused. */
async function phone(town) {
  const page = await browser.newPage();
  await sign_in(town, page, town.accounts.shift_lead);
  const cookies = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`);
  const headers = { cookie: cookies.join("; "), "content-type": "application/json" };
  const get = async (path) => (await fetch(`${town.url}/gate/api/${path}`, { headers })).json();
  const post = (path, body) => fetch(`${town.url}/gate/api/${path}`,
    { method: "POST", headers, body: JSON.stringify(body) });
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, false, ["sign", "verify"]);
  const { gate } = (await get("me")).gates[0];
  const enrolled = await post(`gates/${gate}/devices`, { label: "kill -9",
    public_key_base64: base64(await webcrypto.subtle.exportKey("spki", keys.publicKey)) });
  assert.ok(enrolled.ok, `${enrolled.status}`);
  const { device, root_key_base64 } = await enrolled.json();
  const core = await core_of(await WebAssembly.compile(await readFile(WASM)));
  const [waiting, said] = [[], []];
  let head;
  const step = (input) => {
    const output = core.step({ moment: { millis: Date.now(), offset_minutes: 480 }, lang: "zh",
      random_base64: base64(webcrypto.getRandomValues(new Uint8Array(32))), input });
    waiting.push(...output.append);
    head = output.head_to_sign_base64;
    return output;
  };
  step({ input: "enrol", device, gate, root_key_base64 });
  /** Sends what waits; the reply, or nothing where the server went away. */
  const send = async () => {
    const signature = await webcrypto.subtle.sign(ALGORITHM, keys.privateKey,
      Buffer.from(head, "base64"));
    const body = { device, events: waiting.map((one) => one.event_base64),
      head_signature_base64: base64(signature), oldest: 1 };
    const answer = await post(`gates/${gate}/events`, body).catch(() => undefined);
    if (answer && !answer.ok) said.push(`${answer.status} ${(await answer.json()).code}`);
    if (!answer?.ok) return undefined;
    const reply = await answer.json().catch(() => undefined);
    if (!reply) return undefined;
    assert.deepEqual(reply.set_aside, []);
    while (waiting[0]?.seq <= reply.acknowledged_through) waiting.shift();
    step({ input: "sent", acknowledged_through: reply.acknowledged_through, answers: [] });
    return reply.acknowledged_through;
  };
  const emergencies = async () => {
    const { outcomes } = await get(`gates/${gate}/today`);
    return outcomes.reduce((sum, { count }) => sum + count, 0);
  };
  return { step, send, emergencies, waiting, said };
}

/** The log of a town's database that is not in its file yet; a town on PostgreSQL has none. */
const log_of = ({ folder }) => {
  const name = readdirSync(folder, { recursive: true }).find((one) => one.endsWith("-wal"));
  return join(folder, name ?? "no-log");
};
const size_of = (file) => existsSync(file) ? statSync(file).size : 0;

/** Tears what was written to the log since it had a size, as a disk does in a power cut: cuts it
 * off somewhere, or leaves noise there. Whatever had been acknowledged lies before. */
function tear(log, size, roll) {
  const grown = size_of(log) - size;
  if (grown <= 0) return false;
  const at = size + Math.floor(roll() * grown);
  if (roll() < 0.5) truncateSync(log, at);
  else {
    const file = openSync(log, "r+");
    writeSync(file, Buffer.from(webcrypto.getRandomValues(new Uint8Array(64))), 0, 64, at);
    closeSync(file);
  }
  return true;
}

/** A phone's records go in while a town's server is ended so many times. */
async function outlive(t, town, kills) {
  const roll = dice(SEED);
  const one = await phone(town);
  const began = gate_day();
  const before = await one.emergencies();
  let last = 0;
  let acknowledged = 0;
  let [cut, torn] = [0, 0];
  const log = log_of(town);
  for (let round = 0; round < kills; round += 1) {
    // A server that has just started is slow at first; the end is to come about when the reply
    // does, however fast the machine is.
    let took;
    for (let more = 0; more < 2; more += 1) {
      last = one.step({ input: "emergency", way: "out" }).append[0].seq;
      const began_at = performance.now();
      acknowledged = await one.send();
      took = performance.now() - began_at;
    }
    for (let more = 0; more <= roll() * 4; more += 1) {
      last = one.step({ input: "emergency", way: roll() < 0.5 ? "in" : "out" }).append[0].seq;
    }
    const size = size_of(log);
    const sent = one.send();
    await new Promise((resolve) => setTimeout(resolve, took * (0.5 + roll())));
    await town.kill();
    const reply = await sent;
    if (reply === undefined) {
      cut += 1;
      torn += tear(log, size, roll);
    }
    acknowledged = reply ?? acknowledged;
    await town.start();
    // A reply that came in time was of all; else what waits is sent once more.
    if (one.waiting.length > 0) acknowledged = await one.send();
    assert.equal(acknowledged, last, `round ${round}: all is acknowledged in the end`);
    assert.deepEqual(one.waiting, []);
    // A log that has grown long is written over from its beginning: it cannot be torn at its end.
    if (round % 3 === 2) {
      await town.kill("SIGTERM");
      await town.start();
    }
  }
  // What the phone asks for is about today.
  if (gate_day() === began) assert.equal(await one.emergencies() - before, last, "each once");
  // Some replies came before the end and some did not: else nothing was cut off.
  assert.ok(cut > 0 && cut < kills, `${cut} of ${kills} replies were cut off`);
  t.diagnostic(`${cut} of ${kills} replies cut off, the log torn ${torn} times`);
  await town.kill();
  town.command("audit", "verify");
  await town.start();
}

const often = (kills) => `records outlive ${kills} ends of the server at any moment (seed ${SEED})`;

test(often(KILLS), (t) => outlive(t, town, KILLS));

const FEWER = Math.ceil(KILLS / 4);
const skip = !POSTGRES && "wants script/postgres";
test(`${often(FEWER)}, on PostgreSQL`, { skip }, async (t) => {
  const other = await open_town({ postgres: POSTGRES });
  t.after(other.close);
  await outlive(t, other, FEWER);
});

// A file that may not grow stands for the disk: the database cannot write either way.
test("on a full disk records stay on the phone, and go in once there is room", async () => {
  const one = await phone(town);
  const before = await one.emergencies();
  await town.kill("SIGTERM");
  await town.start({ room: 2_048 });
  let last = 0;
  let refused = 0;
  for (let round = 0; round < 60 && refused < 3; round += 1) {
    for (let more = 0; more < 100; more += 1) {
      last = one.step({ input: "emergency", way: "out" }).append[0].seq;
    }
    const reply = await one.send();
    if (reply === undefined) refused += 1;
    // A long batch goes in by pieces: what there was room for is acknowledged, the rest waits.
    else assert.equal(one.waiting.length, last - reply);
  }
  assert.equal(one.said.length, 3);
  assert.ok(one.said.every((answer) => answer.startsWith("503 S-")), `${one.said}`);
  assert.ok(one.waiting.length >= 100, "what was not taken is still here");
  await town.kill();
  await town.start();
  assert.equal(await one.send(), last);
  assert.equal(await one.emergencies() - before, last, "each once");
  await town.kill();
  town.command("audit", "verify");
  await town.start();
});
