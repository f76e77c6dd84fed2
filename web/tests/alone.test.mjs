// A gate that is alone for a while: what fifty people and a visitor leave behind arrives once each,
// and a list that was tampered with does not take the place of the one the gate goes on by.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import {
  all_sent, begin_shift, browse, build_with_core, open_page, screen, serve,
  unplug,
} from "./support.mjs";

const file = new URL("../../testdata/gate/compound-v1.json", import.meta.url);
const held = JSON.parse(await readFile(file, "utf8"));

let browser, dist;
before(async () => {
  [browser, dist] = [await browse(), build_with_core()];
});
after(() => browser?.close());

const button = (page, name) => page.getByRole("button", { name, exact: true });

/** A phone on duty, which can start without a network. */
async function on_duty(t) {
  const server = await serve(dist);
  Object.assign(server.state, {
    registered: { device: held.device, shard: 1, root_key_base64: held.root_key_base64 },
    gate: held.gate,
    staff: "00000000-0000-4000-8000-000000000001",
    snapshot: Buffer.from(held.lists.henan, "base64"),
    now: () => held.moment_millis,
  });
  const page = await open_page(browser, server.url, {}, held.moment_millis);
  t.after(async () => {
    await page.context().close();
    await server.close();
    assert.deepEqual(page.troubles, []);
  });
  await button(page, "锦绣苑 · 东门").click();
  await begin_shift(page);
  await page.getByText("名单 刚更新").waitFor();
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await all_sent(page);
  return { page, server: server.state };
}

/** What a scanner that types makes of a code. */
const type_in = (page, text) => page.evaluate((keys) => {
  for (const key of keys) dispatchEvent(new KeyboardEvent("keydown", { key }));
}, [...text, "Enter"]);

/** Somebody with this pass is measured; the next scan records them as crossed. */
async function comes(page, { text }) {
  await type_in(page, text);
  await screen(page, "ask");
  await button(page, "36.5").click();
  await screen(page, "admit");
}

async function crosses(page) {
  await page.locator(".acts .main").click();
  await screen(page, "scan");
}

async function visitor(page) {
  await button(page, "访客").click();
  for (const [label, text] of [["楼栋", "6"], ["单元", "2"], ["房号", "302"]]) {
    await page.getByLabel(label).fill(text);
  }
  await button(page, "接着办").click();
  await screen(page, "ask");
  await page.getByRole("button", { name: /请登记：/ }).click();
  await button(page, "登记来人").click();
  await page.getByLabel("姓").first().fill("欧阳");
  await page.getByLabel("电话").fill("13900000000");
  await button(page, "登记好了").click();
  await button(page, "记为已返回").click();
  await screen(page, "scan");
}

test("fifty passes and a visitor, without a network, across a start: each arrives once",
  async (t) => {
    const { page, server } = await on_duty(t);
    await unplug(page);
    for (const pass of held.crowd.slice(0, 25)) await comes(page, pass);
    await crosses(page);
    await page.reload();
    await page.getByText("没网 · 存了 25 条").waitFor();
    for (const pass of held.crowd.slice(25)) await comes(page, pass);
    await crosses(page);
    await visitor(page);
    await page.getByText("没网 · 存了 51 条").waitFor();
    assert.equal(server.received.length, 1, "the start of the shift");

    // What is taken in and not acknowledged is sent once more.
    server.replies_to_lose = 2;
    await page.context().setOffline(false);
    await all_sent(page);
    assert.equal(server.replies_to_lose, 0);
    const events = server.received.map((event) => Buffer.from(event, "base64"));
    assert.equal(events.length, 1 + 50 + 1);
    const of = (bytes) => events.filter((event) => event.includes(bytes)).length;
    for (const { number_hex } of held.crowd) {
      assert.equal(of(Buffer.from(number_hex, "hex")), 1, number_hex);
    }
    assert.equal(of(Buffer.from("欧阳")), 1);
    assert.equal(of(Buffer.from("13900000000")), 1);
  });

test("a list that was tampered with is not taken, and the gate goes on by the one it has",
  async (t) => {
    const { page, server } = await on_duty(t);
    const good = server.snapshot;
    // Its form, what it says, and its signature.
    for (const at of [0, 1_000, good.length - 1]) {
      server.snapshot = Buffer.from(good);
      server.snapshot[at] ^= 1;
      await page.reload();
      await page.getByText("新名单没收下，还用原来的。请告诉社区。").waitFor();
      if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/tampered.png` });
      await screen(page, "scan");
      await comes(page, held.crowd[0]);
      await button(page, "点错了").click();
      await screen(page, "scan");
    }
    // Nor was it kept: without a network the phone starts with the good one.
    await unplug(page);
    await page.reload();
    await screen(page, "scan");
    await comes(page, held.crowd[0]);
    await crosses(page);
    server.snapshot = good;
    await page.context().setOffline(false);
    await page.reload();
    await all_sent(page);
    assert.equal(await page.getByText("新名单没收下").count(), 0);
  });
