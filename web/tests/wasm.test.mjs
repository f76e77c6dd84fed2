// The core's WASM by itself: no imports, its C ABI, an answer to every message, a state that goes
// round.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFile, readdir } from "node:fs/promises";
import { before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { core_of } from "./core_of.mjs";
import { browse } from "./support.mjs";

const root = new URL("../../", import.meta.url);
const read = (path) => readFile(new URL(path, root));

let module;
let samples;
before(async () => {
  execFileSync("script/wasm", { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  module = await WebAssembly.compile(await read("target/wasm/gatehouse.wasm"));
  samples = JSON.parse(await read("testdata/wire/messages.json"));
});

const core = () => core_of(module);

const request = (input) => ({
  moment: { millis: 1_795_824_000_000, offset_minutes: 480 },
  lang: "zh",
  random_base64: Buffer.alloc(32, 7).toString("base64"),
  input,
});

test("it imports nothing: no clock, no chance, no network", () => {
  assert.deepEqual(WebAssembly.Module.imports(module), []);
});

test("every message is answered, and an emergency is always let through", async () => {
  const { step } = await core();
  for (const input of samples.inputs) {
    const output = step(request(input));
    assert.notEqual(output.screen.code, "D01", JSON.stringify(input));
    const emergency = step(request({ input: "emergency", way: "out" }));
    assert.equal(emergency.screen.verdict, "admit");
    assert.equal(emergency.append.length, 1);
  }
});

test("what is no message changes nothing", async () => {
  const { step, state } = await core();
  const before = state();
  for (const text of ["", "{", "null", '{"input":{}}', "\u0000", "[".repeat(1000)]) {
    assert.equal(step(text).screen.code, "D01");
  }
  assert.equal(step({ ...request({ input: "tick" }), strange: 1 }).screen.code, "D01");
  assert.deepEqual(state(), before);
});

test("a state goes round, and bytes that are none are refused", async () => {
  const first = await core();
  first.step(request(samples.inputs[0]));
  first.step(request({ input: "emergency", way: "out" }));
  const state = first.state();
  const second = await core();
  assert.equal(second.restore(state), 0);
  assert.deepEqual(second.state(), state);
  assert.equal(second.step(request({ input: "emergency", way: "in" })).append[0].seq, 2);
  assert.equal(second.restore(state.slice(1)), 1);
});

test("memory is given back", async () => {
  const { step, memory } = await core();
  for (let i = 0; i < 200; i++) step(request({ input: "tick" }));
  const size = memory.buffer.byteLength;
  for (let i = 0; i < 2000; i++) step(request({ input: "tick" }));
  assert.equal(memory.buffer.byteLength, size);
});

test("without a document people cross; an emergency before all", async () => {
  const { decide } = await core();
  const moment = "2026-11-28T08:00:00+08:00";
  const facts = { emergency: true, order: "not_to_cross" };
  assert.equal(decide({ moment, facts }).verdict, "admit");
  assert.ok(decide({ moment, facts: { temperature: "hot" } }).error);
});

/** A core that stops and starts as a phone does: its state goes on, the list is handed in again. */
async function replay(steps) {
  let one = await core();
  for (const [at, step] of steps.entries()) {
    if (step === "restart") {
      const state = one.state();
      one = await core();
      assert.equal(one.restore(state), 0);
      continue;
    }
    assert.deepEqual(one.step(step.request), step.shown, `step ${at}`);
  }
}

/** What a device does by its clock, and what it finds in the passes of an independent program. */
const SCENARIOS = { "clocks-v1": 8, "passes-v1": 29 };
const scenarios_of = async (name) => JSON.parse(await read(`testdata/gate/${name}.json`));

for (const [file, least] of Object.entries(SCENARIOS)) {
  test(`a device does and finds as the server's core does: ${file}`, async () => {
    const scenarios = await scenarios_of(file);
    for (const { name, steps } of scenarios) {
      await replay(steps).catch((error) => assert.fail(`${name}: ${error.message}`));
    }
    assert.ok(scenarios.length >= least, `${scenarios.length} scenarios`);
  });
}

/** A file of the shared data, which may not be copied into this repository; nothing where it is
 * not here. A worktree lies one folder deeper than the main checkout. */
async function shared(path) {
  const named = process.env.GATEHOUSE_SHARED_DATA;
  const folders = ["../shared/data/", "../../shared/data/"].map((at) => new URL(at, root));
  for (const folder of named ? [pathToFileURL(`${named}/`), ...folders] : folders) {
    const text = await readFile(new URL(path, folder), "utf8").catch(() => undefined);
    if (text) return text;
  }
  return undefined;
}

test("European certificates: our reader of CBOR says in WASM what it says on the server",
  async (t) => {
    const vectors = await shared("dcc/vectors.jsonl");
    if (!vectors) return t.skip("dcc/vectors.jsonl is not here; set GATEHOUSE_SHARED_DATA");
    execFileSync("script/wasm", ["reads_cbor"], { cwd: root, stdio: ["ignore", "ignore", 2] });
    const reader = await core_of(
      await WebAssembly.compile(await read("target/wasm/reads_cbor.wasm")));
    const said = (hex) => {
      const told = reader.read_cbor(Buffer.from(hex, "hex"));
      return told === hex ? "read" : told;
    };
    const wanted = JSON.parse(await read("testdata/cbor/european-v1.json"));
    const lines = vectors.trim().split("\n").map((line) => JSON.parse(line));
    assert.equal(lines.length, wanted.length);
    const counts = {};
    for (const [nth, one] of wanted.entries()) {
      const { id, CBOR, COSE } = lines[nth];
      assert.equal(id, one.id);
      const envelope = COSE?.toLowerCase();
      assert.equal(CBOR ? said(CBOR.toLowerCase()) : null, one.certificate, id);
      assert.equal(envelope ? said(envelope) : null, one.envelope, id);
      assert.equal(envelope ? said(envelope.slice(2)) : null, one.envelope_without_tag, id);
      if (one.payload) {
        const [at, length, what] = one.payload;
        assert.equal(said(envelope.slice(2 * at, 2 * (at + length))), what, id);
        counts[what] = (counts[what] ?? 0) + 1;
      }
    }
    // Three payloads have a date with a tag, which nothing of ours has.
    assert.deepEqual(counts, { read: 49, Kind: 3 });
  });

test("the browser's core decides every case of every policy as the server does", async () => {
  const { decide } = await core();
  const folder = new URL("testdata/decisions/", root);
  const names = await readdir(folder);
  let decided = 0;
  for (const name of names) {
    const { policy_base64, cases } = JSON.parse(await readFile(new URL(name, folder)));
    for (const { id, moment, skew_minutes, facts, answer } of cases) {
      const found = decide({ policy_base64, moment, skew_minutes, facts });
      assert.deepEqual(found, answer, `${name}: ${id}`);
      decided += 1;
    }
  }
  assert.ok(names.length >= 4 && decided >= 100, `${decided} cases of ${names.length} policies`);
});

let made;
/** The situations that the tests of the server make up, with its answers: made once. */
const made_up = () => made ??= JSON.parse(execFileSync("cargo", ["run", "--quiet", "--locked",
  "--package", "xtask", "--", "decisions"], { cwd: root, maxBuffer: 64 << 20, encoding: "utf8" }));

test("five thousand made-up situations are decided as the server does", async () => {
  const { policies, cases } = made_up();
  const { decide } = await core();
  const verdicts = new Map();
  for (const { policy, moment, skew_minutes, facts, answer } of cases) {
    const found = decide({ policy_base64: policies[policy], moment, skew_minutes, facts });
    assert.deepEqual(found, answer, JSON.stringify({ policy, moment, skew_minutes, facts }));
    verdicts.set(answer.verdict, (verdicts.get(answer.verdict) ?? 0) + 1);
  }
  assert.equal(cases.length, 5_000);
  // Each verdict is met often enough to mean something.
  for (const verdict of ["admit", "ask", "refuse", "refer"]) {
    assert.ok(verdicts.get(verdict) >= 100, `${verdict}: ${verdicts.get(verdict)}`);
  }
});

/** What a page's core answers to vectors of one policy. */
const answers_of = (page, policy_base64, cases) => page.evaluate(async ([policy_base64, cases]) => {
  const { decide } = await window.core_of(window.compiled);
  return cases.map(({ moment, skew_minutes, facts }) =>
    decide({ policy_base64, moment, skew_minutes, facts }));
}, [policy_base64, cases]);

test("Chromium decides, reads passes and goes by its clock as the server does", async (t) => {
  const browser = await browse();
  t.after(() => browser.close());
  const page = await browser.newPage();
  await page.evaluate(`window.core_of = ${core_of}`);
  await page.evaluate(async (wasm) => {
    const bytes = Uint8Array.from(atob(wasm), (letter) => letter.charCodeAt(0));
    window.compiled = await WebAssembly.compile(bytes);
  }, (await read("target/wasm/gatehouse.wasm")).toString("base64"));
  const folder = new URL("testdata/decisions/", root);
  for (const name of await readdir(folder)) {
    const { policy_base64, cases } = JSON.parse(await readFile(new URL(name, folder)));
    const answers = await answers_of(page, policy_base64, cases);
    assert.deepEqual(answers, cases.map((one) => one.answer), name);
  }
  const { policies, cases } = made_up();
  for (const [at, policy] of policies.entries()) {
    const here = cases.filter((one) => one.policy === at);
    const answers = await answers_of(page, policy, here);
    assert.deepEqual(answers, here.map((one) => one.answer), `policy ${at}`);
  }
  const scenarios = await Promise.all(Object.keys(SCENARIOS).map(scenarios_of));
  for (const { name, steps } of scenarios.flat()) {
    const shown = await page.evaluate(async (steps) => {
      let one = await window.core_of(window.compiled);
      const shown = [];
      for (const step of steps) {
        if (step === "restart") {
          const state = one.state();
          one = await window.core_of(window.compiled);
          one.restore(state);
          continue;
        }
        shown.push(one.step(step.request));
      }
      return shown;
    }, steps);
    const wanted = steps.filter((step) => step !== "restart").map((step) => step.shown);
    assert.deepEqual(shown, wanted, name);
  }
});
