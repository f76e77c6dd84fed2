// The page with the core as it ships: a list signed by the tests of the core (written by
// crates/gatehouse-core/tests/it/device/browser.rs), codes of its passes in front of the camera,
// events with a chain whose head is signed. The clock is that of the list.
import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { frame_svg } from "./pictures.mjs";
import {
  all_sent, begin_shift, browse, build_with_core, give_pin, open_page, screen, serve,
  type_pin, unplug,
} from "./support.mjs";

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

/** A phone of the compound's gate, with this list, before its shift. */
async function enrolled(t, list = "henan") {
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
  await button(page, "锦绣苑 · 东门").click();
  await screen(page, "shift");
  return { page, server: server.state };
}

/** The same on the scan screen. */
async function on_shift(t, list) {
  const opened = await enrolled(t, list);
  await begin_shift(opened.page);
  await opened.page.getByText("名单 刚更新").waitFor();
  return opened;
}

async function scan(page, name) {
  await page.evaluate((url) => window.show_to_camera(url), frame_svg(held.codes[name]));
  await page.locator("body:not([data-screen=scan])").waitFor({ timeout: 10_000 });
  await page.evaluate(() => window.show_to_camera(null));
}

test("HN: a resident's pass, temperature, through; signed and sent", async (t) => {
  const { page, server } = await on_shift(t);
  await scan(page, "wang");
  await screen(page, "ask");
  assert.match(await page.locator(".who").textContent(), /王\*华/);
  assert.equal(await page.locator(".degree[aria-pressed=true]").count(), 0);
  await button(page, "36.5").click();
  await screen(page, "admit");
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/core-admit.png` });
  await page.locator(".acts .main").click();
  await screen(page, "scan");
  await all_sent(page);
  assert.equal(server.received.length, 2, "the shift's start and the crossing");
  const spki = Buffer.from(server.devices[0].public_key_base64, "base64");
  const key = await webcrypto.subtle.importKey("spki", spki,
    { name: "ECDSA", namedCurve: "P-256" }, true, ["verify"]);
  assert.equal(Buffer.from(server.signatures.at(-1), "base64").length, 64);
  assert.equal(key.type, "public");
  assert.match(await page.locator("#counts").textContent(), /本班放行 1/);
});

test("somebody under an order: handed over, without the ground", async (t) => {
  const { page } = await on_shift(t);
  await scan(page, "li-under-order");
  await screen(page, "refer");
  const text = await page.locator("main").textContent();
  assert.doesNotMatch(text, /观察|隔离|密接|阳性|决定书/);
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/core-refer.png` });
});

test("ZX: an outside vehicle is not let in, and an emergency still is", async (t) => {
  const { page, server } = await on_shift(t, "zhongxiang");
  await button(page, "车辆").click();
  for (const letter of "鄂B67890") await button(page, letter).click();
  await button(page, "接着办").click();
  await screen(page, "refuse");
  assert.match(await page.locator(".clause").textContent(), /依据：/);
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/core-refuse.png` });
  await page.locator("#emergency-key").click();
  await screen(page, "emergency");
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/core-go.png` });
  await server.got(2);
  await all_sent(page);
  assert.equal(server.received.length, 2, "recorded without a further tap");
  await button(page, "着火").click();
  await button(page, "下一位").click();
  await screen(page, "scan");
});

test("a high reading leads to a second one, and both to somebody who takes over", async (t) => {
  const { page } = await on_shift(t);
  await scan(page, "wang");
  await button(page, "37.3 以上").click();
  await button(page, "37.8").click();
  await page.locator(".rest").waitFor();
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/core-rest.png` });
  await button(page, "37.3 以上").click();
  await button(page, "37.9").click();
  await screen(page, "refer");
});

test("forgot the pass: building, room and surname find the person, masked", async (t) => {
  const { page } = await on_shift(t);
  await button(page, "没带证").click();
  await page.getByLabel("楼栋").fill("6");
  await page.getByLabel("单元").fill("2");
  await page.getByLabel("房号").fill("302");
  await button(page, "王").click();
  await button(page, "查房号").click();
  await screen(page, "choose");
  await page.getByRole("button", { name: /王\*华/ }).click();
  await page.locator(".who", { hasText: "王*华" }).waitFor();
});

test("an altered pass, a card number by hand, a fever, a visitor", async (t) => {
  const { page } = await on_shift(t);
  await scan(page, "altered");
  await page.getByText("这张证验不过", { exact: false }).first().waitFor();
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/core-altered.png` });
  await button(page, "点错了").click();
  await screen(page, "scan");
  await button(page, "输卡号").click();
  await page.getByRole("textbox").fill(held.card_of_wang);
  await button(page, "查这张证").click();
  await page.locator(".who", { hasText: "王*华" }).waitFor();
  await button(page, "点错了").click();
  await button(page, "有人发热").click();
  await page.locator("body:not([data-screen=scan])").waitFor();
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/core-fever.png` });
  await button(page, "点错了").click();
  await button(page, "访客").click();
  await page.getByLabel("楼栋").fill("6");
  await page.getByLabel("单元").fill("2");
  await page.getByLabel("房号").fill("302");
  await button(page, "接着办").click();
  await screen(page, "ask");
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/core-visitor.png` });
});

test("a start without network goes on with the kept state, list and events", async (t) => {
  const { page, server } = await on_shift(t);
  await unplug(page);
  await scan(page, "wang");
  await button(page, "36.5").click();
  await page.locator(".acts .main").click();
  await screen(page, "scan");
  await page.reload();
  await screen(page, "scan");
  await page.getByText("没网 · 存了 1 条").waitFor();
  assert.match(await page.locator("#counts").textContent(), /本班放行 1/);
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/core-offline.png` });
  await page.context().setOffline(false);
  await all_sent(page);
  assert.equal(server.received.length, 2);
});

/** In the page: what is stored of the core, once it is not what it was. */
async function stored_after(before) {
  const opened = (request) => new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
  const database = await opened(indexedDB.open("gatehouse-gate"));
  const kept = await opened(database.transaction("value").objectStore("value").get("state"));
  database.close();
  const now = String(kept.sealed);
  return now !== before && now;
}

test("who stands at the gate is there again after a start; who was left is not", async (t) => {
  const { page, server } = await on_shift(t);
  await all_sent(page);
  let answer;
  server.answers_wait = new Promise((done) => (answer = done));
  await scan(page, "wang");
  await button(page, "36.5").click();
  await page.locator(".acts .main").click();
  await screen(page, "scan");
  // What was sent is acknowledged while the next one is at the gate: all that is known is stored.
  await scan(page, "li-under-order");
  await screen(page, "refer");
  const before = await page.evaluate(stored_after);
  answer();
  await page.waitForFunction(stored_after, before);
  await page.reload();
  await screen(page, "refer");
  await button(page, "点错了").click();
  await screen(page, "scan");
  await page.reload();
  await screen(page, "scan");
});

test("past the hard life the verdict says whom to call, in both languages", async (t) => {
  const { page } = await on_shift(t);
  await unplug(page);
  await page.clock.setFixedTime(held.moment_millis + 73 * 3_600_000);
  await type_pin(page, "2468"); // nobody has touched it since
  for (const [lang, sentence, word] of [
    ["zh", "名单过旧，只查证和日期。拿不准，打值班室 0371-5550100。", "点错了"],
    ["en", "List too old: only pass and dates are checked. In doubt, call the duty desk, " +
      "0371-5550100.", "Tapped wrong"],
  ]) {
    // Under an order by the old list, which holds nobody any more.
    await scan(page, "li-under-order");
    await screen(page, "ask");
    await page.locator(".notice").getByText(sentence, { exact: true }).waitFor();
    assert.equal(await page.locator(".notice").count(), 1, "a verdict keeps its room");
    const shot = `core-past-${lang}.png`;
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${shot}` });
    await button(page, "36.5").click();
    await screen(page, "admit");
    await page.locator(".notice").getByText(sentence, { exact: true }).waitFor();
    await button(page, word).click();
    await screen(page, "scan");
    if (lang === "en") continue;
    await button(page, "更多").click();
    await button(page, "English").click();
    await button(page, "Back").click();
  }
});

test("mask and armband: asked for once, and a guard without them starts and says so", async (t) => {
  const { page, server } = await enrolled(t);
  await button(page, "李师傅").click();
  await page.getByLabel("口罩戴好了").check();
  await button(page, "开始值守").click();
  await page.getByRole("alert").filter({ hasText: "还没点：袖标。" }).waitFor();
  await screen(page, "shift");
  await page.locator("#emergency-key").click();
  await screen(page, "emergency"); // never held up by a question
  await button(page, "下一位").click();
  await screen(page, "shift");
  await button(page, "李师傅").click();
  await button(page, "开始值守").click();
  await page.getByRole("alert").filter({ hasText: "还没点：口罩、袖标。" }).waitFor();
  await page.getByLabel("口罩戴好了").check();
  await page.getByRole("alert").filter({ hasText: "还没点：袖标。" }).waitFor();
  await button(page, "没戴好，先值守").click();
  await give_pin(page);
  await screen(page, "scan");
  await server.got(2);
  const started = Buffer.from(server.received[1], "base64");
  // 3: a shift begins, by one guard; the mask is on, the armband is not.
  const guard = Buffer.from("00000000000040008000000000000001", "hex");
  assert.ok(started.includes(Buffer.concat([
    Buffer.from([0x84, 0x03, 0x81, 0x50]), guard, Buffer.from([0xf5, 0xf4]),
  ])));
});
