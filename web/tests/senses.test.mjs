// What a guard hears and feels: each verdict has a sound and a vibration of its own, told apart by
// rhythm and length with the phone in a pocket. The core is the one that ships; what the page asks
// of the phone's motor and loudspeaker is taken down in their place.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { frame_svg } from "./pictures.mjs";
import { browse, build_with_core, open_page, screen, serve, start_shift } from "./support.mjs";

const file = new URL("../../testdata/gate/compound-v1.json", import.meta.url);
const held = JSON.parse(await readFile(file, "utf8"));

let browser;
let dist;
before(async () => {
  dist = build_with_core();
  browser = await browse();
});
after(() => browser?.close());

const button = (page, name) => page.getByRole("button", { name, exact: true });

/** Runs in the page before its script: motor and loudspeaker that only take down. */
function stand_ins() {
  window.felt = [];
  window.heard = [];
  navigator.vibrate = (pattern) => window.felt.push([...pattern]) > 0;
  const node = { connect: (next) => next };
  window.AudioContext = class {
    state = "running";
    currentTime = 0;
    destination = node;
    resume = async () => undefined;
  };
  const ramp = { setValueAtTime: () => ramp, linearRampToValueAtTime: () => ramp };
  window.GainNode = class {
    gain = ramp;
    connect = node.connect;
  };
  window.OscillatorNode = class {
    constructor(_, { type, frequency }) {
      this.tone = { type, frequency };
    }
    connect = node.connect;
    start = (from) => (this.tone.from = from);
    stop = (until) => window.heard.push({ ...this.tone, until });
  };
}

/** A phone on duty with this list, its senses taken down. */
async function on_duty(t, list) {
  const server = await serve(dist);
  Object.assign(server.state, {
    registered: { device: held.device, shard: 1, root_key_base64: held.root_key_base64 },
    gate: held.gate,
    staff: "00000000-0000-4000-8000-000000000001",
    snapshot: Buffer.from(held.lists[list], "base64"),
    now: () => held.moment_millis,
  });
  const page = await open_page(browser, server.url, {}, held.moment_millis);
  t.after(async () => {
    await page.context().close();
    await server.close();
    assert.deepEqual(page.troubles, [], "the page reported errors");
  });
  await page.addInitScript(stand_ins);
  await page.reload();
  await start_shift(page);
  await page.getByText("名单 刚更新").waitFor();
  return page;
}

async function scan(page, name) {
  await page.evaluate((url) => window.show_to_camera(url), frame_svg(held.codes[name]));
  await page.locator("body:not([data-screen=scan])").waitFor();
  await page.evaluate(() => window.show_to_camera(null));
}

/** What was heard and felt since the last time. */
const senses = (page) => page.evaluate(() =>
  ({ heard: window.heard.splice(0), felt: window.felt.splice(0) }));

/** How each verdict comes about: by a list, what leads to it, what the motor is to do. */
const WAYS = {
  ask: ["henan", (page) => scan(page, "wang"), [80, 80, 80]],
  admit: ["henan", async (page) => {
    await scan(page, "wang");
    await senses(page);
    await button(page, "36.5").click();
  }, [80]],
  refer: ["henan", (page) => scan(page, "li-under-order"), [80, 80, 80, 80, 400]],
  refuse: ["zhongxiang", async (page) => {
    await button(page, "访客").click();
    await button(page, "不知道，先办").click();
  }, [500]],
  emergency: ["henan", (page) => page.locator("#emergency-key").click(), [200, 100, 200]],
};

const all_heard = new Map();
for (const [verdict, [list, come, pattern]] of Object.entries(WAYS)) {
  test(`${verdict} is felt and heard once`, async (t) => {
    const page = await on_duty(t, list);
    await senses(page);
    await come(page);
    await screen(page, verdict);
    const { heard, felt } = await senses(page);
    assert.deepEqual(felt, [pattern]);
    assert.ok(heard.length > 0, "there is a sound");
    assert.ok(heard.every(({ from, until }) => until > from));
    all_heard.set(verdict, JSON.stringify(heard));
  });
}

test("no two of them sound or feel alike", () => {
  assert.equal(new Set(all_heard.values()).size, Object.keys(WAYS).length);
  const patterns = Object.values(WAYS).map(([, , pattern]) => JSON.stringify(pattern));
  assert.equal(new Set(patterns).size, patterns.length);
});

test("silent: still felt, and a phone without a motor goes on", async (t) => {
  const page = await on_duty(t, "henan");
  await button(page, "更多").click();
  await button(page, "静音").click();
  await button(page, "返回").click();
  await senses(page);
  await scan(page, "wang");
  await screen(page, "ask");
  assert.deepEqual(await senses(page), { heard: [], felt: [[80, 80, 80]] });
  await page.evaluate(() => (navigator.vibrate = undefined));
  await button(page, "36.5").click();
  await screen(page, "admit");
});
