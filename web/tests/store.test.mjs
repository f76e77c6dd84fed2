// What lies on the phone: nothing personal is readable in IndexedDB, and a store that cannot be
// opened any more leads to a new code, not to a white page.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { frame_svg } from "./pictures.mjs";
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

/** Runs in the page: every record of every store, as texts in which bytes and base64 are read. */
async function all_that_lies() {
  const texts = [];
  const decoder = new TextDecoder();
  const read = (value) => {
    if (value instanceof CryptoKey) return `key ${value.extractable ? "open" : "kept"}`;
    if (value instanceof Uint8Array || value instanceof ArrayBuffer) return decoder.decode(value);
    if (typeof value === "string") {
      try {
        return value + decoder.decode(Uint8Array.from(atob(value), (c) => c.charCodeAt(0)));
      } catch {
        return value;
      }
    }
    if (value === null || typeof value !== "object") return String(value);
    return Object.entries(value).map(([name, part]) => `${name}=${read(part)}`).join("\n");
  };
  const opened = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  for (const { name } of await indexedDB.databases()) {
    const database = await opened(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      const objects = database.transaction(store).objectStore(store);
      const [keys, values] = [await opened(objects.getAllKeys()), await opened(objects.getAll())];
      values.forEach((value, at) => texts.push({ at: `${store}/${keys[at]}`, text: read(value) }));
    }
    database.close();
  }
  return texts;
}

/** Runs in the page: changes one record, or takes it away where `change` says so. */
async function spoil({ store, key, gone, version }) {
  const opened = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const database = await opened(indexedDB.open("gatehouse-gate"));
  const at = () => database.transaction(store, "readwrite").objectStore(store);
  const kept = await opened(at().get(key));
  if (!kept) throw new Error(`nothing at ${key}`);
  if (version) {
    const seal = await opened(at().get("seal"));
    const how = { name: "AES-GCM", iv: kept.sealed.slice(0, 12),
      additionalData: new TextEncoder().encode(key) };
    const plain = new Uint8Array(await crypto.subtle.decrypt(how, seal, kept.sealed.slice(12)));
    plain[2] = version; // after the form of the record and the head of the array
    kept.sealed.set(new Uint8Array(await crypto.subtle.encrypt(how, seal, plain)), 12);
    return opened(at().put(kept, key));
  }
  const objects = at();
  if (gone) return opened(objects.delete(key));
  kept.sealed[20] ^= 1;
  return opened(store === "outbox" ? objects.put(kept) : objects.put(kept, key));
}

/** Damages a record that waits, and starts the page anew: a round of sending that was under way
 * may have read it before. */
async function spoil_record(page, key) {
  await page.evaluate(spoil, { store: "outbox", key });
  await page.reload();
  await screen(page, "scan");
}

/** A phone on duty: a pass was scanned, a visitor is written down; nothing is sent if `alone`. */
async function at_work(t, alone = false) {
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
  if (alone) await unplug(page);
  else await all_sent(page);
  await page.evaluate((url) => window.show_to_camera(url), frame_svg(held.codes.wang));
  await page.locator("body:not([data-screen=scan])").waitFor();
  await page.evaluate(() => window.show_to_camera(null));
  await button(page, "36.5").click();
  await page.locator(".acts .main").click();
  await screen(page, "scan");
  return { page, server: server.state };
}

async function visitor(page) {
  await button(page, "访客").click();
  await page.getByLabel("楼栋").fill("6");
  await page.getByLabel("单元").fill("2");
  await page.getByLabel("房号").fill("302");
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

test("nothing personal is readable in what lies on the phone", async (t) => {
  const { page } = await at_work(t, true);
  await visitor(page);
  await page.reload();
  await page.locator("#counts, .acts").first().waitFor();
  const lies = await page.evaluate(all_that_lies);
  const names = lies.map(({ at }) => at);
  for (const wanted of ["snapshot", "state", "duty", "guards", "device", "seal"]) {
    assert.ok(names.includes(`value/${wanted}`), `${wanted} of ${names}`);
  }
  assert.ok(names.some((at) => at.startsWith("outbox/")));
  for (const { at, text } of lies) {
    if (at === "value/acknowledged") {
      assert.match(text, /^\d+$/); // a number, so that what is lost can be counted without the key
      continue;
    }
    const is_key = at === "value/keys" || at === "value/seal";
    assert.ok(text.includes(is_key ? "key kept" : "sealed="), at);
    for (const plain of ["王", "李师傅", "赵师傅", "欧阳", "13900000000", "302", "锦绣苑"]) {
      assert.equal(text.includes(plain), false, `${plain} lies in ${at}`);
    }
  }
});

/** Runs in the page: what is to be stored waits until `window.let_go()`. */
function hold_store() {
  const encrypt = SubtleCrypto.prototype.encrypt;
  const held = new Promise((resolve) => (window.let_go = resolve));
  SubtleCrypto.prototype.encrypt = async function (...how) {
    await held;
    return encrypt.apply(this, how);
  };
}

/** Whether what lies on the phone is a record that waits to be sent. */
const is_record = ({ at }) => at.startsWith("outbox/");

/** How many records lie on the phone. */
const record_count = async (page) => (await page.evaluate(all_that_lies)).filter(is_record).length;

/** A pass is measured, and what is pressed then meets a store that does not answer. */
async function press_while_held(t) {
  const { page } = await at_work(t, true);
  const before = await record_count(page);
  await page.evaluate((url) => window.show_to_camera(url), frame_svg(held.crowd[0].text));
  await page.locator("body:not([data-screen=scan])").waitFor();
  await page.evaluate(() => window.show_to_camera(null));
  await button(page, "36.5").click();
  await screen(page, "admit");
  await page.evaluate(hold_store);
  await page.locator(".acts .main").click();
  return { page, before };
}

test("a screen says that something is done once it is stored", async (t) => {
  const { page, before } = await press_while_held(t);
  await page.locator(".acts .main").click({ force: true });
  assert.equal(await page.locator("body").getAttribute("data-screen"), "admit");
  await page.evaluate(() => window.let_go());
  await screen(page, "scan");
  assert.equal(await record_count(page), before + 1, "pressed twice, recorded once");
  assert.equal(await page.getByText("没存上").count(), 0);
});

test("a shift is handed over once that is stored", async (t) => {
  const { page } = await at_work(t, true);
  const before = await record_count(page);
  await button(page, "更多").click();
  await button(page, "交班").click();
  await page.evaluate(hold_store);
  await button(page, "交班").click();
  assert.equal(await page.locator("body").getAttribute("data-screen"), "hand_over");
  await page.evaluate(() => window.let_go());
  await screen(page, "shift");
  assert.equal(await record_count(page), before + 1);
});

test("a store that does not answer holds up nobody for long, no emergency at all", async (t) => {
  const { page } = await press_while_held(t);
  await page.getByText("没存上").waitFor();
  await screen(page, "scan");
  await page.locator("#emergency-key").click();
  await screen(page, "emergency");
  await page.evaluate(() => window.let_go());
  await page.getByText("没存上").waitFor({ state: "hidden" });
});

test("what stands behind a damaged record is sent, and nothing of it goes from the phone",
  async (t) => {
    const { page, server } = await at_work(t, true);
    await visitor(page);
    await visitor(page);
    await spoil_record(page, 2);
    const before = server.batches.length;
    await page.context().setOffline(false);
    await server.got(3);
    await page.getByText("手机里存的读不出来了").waitFor();
    const [behind] = server.batches.slice(before);
    assert.equal(behind.events.length, 2, "both behind the one that cannot be read");
    assert.equal(behind.oldest, 3, "nobody is to wait for what is before them");
    assert.deepEqual(await records(page), [1, 2, 3, 4]);
  });

test("what the office refuses holds up nothing behind it, and is offered again", async (t) => {
  const { page, server } = await at_work(t);
  await all_sent(page);
  server.refused_from = 1;
  await visitor(page);
  await page.getByText("社区没收下这些记录").waitFor();
  await visitor(page);
  await server.got(3);
  assert.equal(server.batches.at(-1).oldest, 4);
  await page.getByText("社区没收下这些记录").waitFor();
  // So long after the first that it would be the network, by the clock of the page, which stands.
  await page.clock.setFixedTime(held.moment_millis + 5_000);
  await page.locator("#emergency-key").click();
  await server.got(4);
  const notices = await page.locator(".notice").allTextContents();
  assert.deepEqual(notices.filter((text) => text.includes("没网")), [], "it is not the network");
  server.refused_from = undefined;
  server.received.length = 2;
  await page.reload();
  await server.got(5);
  await all_sent(page);
});

for (const [what, spoilt] of [
  ["the key is gone", { store: "value", key: "seal", gone: true }],
  ["the core's state is damaged", { store: "value", key: "state" }],
  ["the core's state is of a later version", { store: "value", key: "state", version: 23 }],
  ["what the phone is, is damaged", { store: "value", key: "device" }],
]) {
  test(`${what}: a new code is asked for, emergencies go through, and it goes on`, async (t) => {
    const { page, server } = await at_work(t);
    await all_sent(page);
    await page.evaluate(spoil, spoilt);
    await page.reload();
    await page.getByText("手机里存的读不出来了").waitFor();
    await page.locator("#emergency-key").click();
    await page.getByText("先走，事后补记。").waitFor();
    await page.waitForFunction(() => history.state); // it is kept for later
    await page.reload();
    await page.getByText("手机里存的读不出来了").waitFor();
    server.received.length = 0; // another device, another chain
    await page.getByLabel("六个数字").fill("123456");
    await button(page, "登记这台手机").click();
    await screen(page, "emergency");
    await button(page, "下一位").click();
    await begin_shift(page);
    await server.got(2);
    await all_sent(page);
    assert.equal(server.received.length, 2, "the emergency once, and the start of the shift");
  });
}

test("a code that is scanned on a phone whose store is damaged is taken", async (t) => {
  const { page, server } = await at_work(t);
  await all_sent(page);
  await page.evaluate(spoil, { store: "value", key: "device" });
  server.code = "a1".repeat(10);
  const root = held.root_key_base64.replaceAll("+", "-").replaceAll("/", "_").replace("=", "");
  await page.evaluate((hash) => (location.hash = hash), `enrol=${server.code}.${root}`);
  await page.reload();
  await screen(page, "rejoin");
  await button(page, "登记这台手机").click();
  await screen(page, "shift");
});

/** Runs before the page: which records each transaction writes. */
function note_writes() {
  window.writes = new Map();
  const put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (value, key) {
    window.writes.set(this.transaction, [...(window.writes.get(this.transaction) ?? []), key]);
    return put.call(this, value, key);
  };
}

test("a list is stored together with the state that takes none before it", async (t) => {
  const { page } = await at_work(t);
  await page.addInitScript(note_writes);
  await page.evaluate(spoil, { store: "value", key: "snapshot" });
  await page.reload();
  await page.getByText("名单 刚更新").waitFor();
  await page.waitForFunction(() => [...window.writes.values()].flat().includes("snapshot"));
  const writes = await page.evaluate(() => [...window.writes.values()]);
  const of_list = writes.filter((keys) => keys.includes("snapshot"));
  assert.deepEqual(of_list, [["state", "snapshot"]]);
});

/** Numbers of the records that lie on the phone. */
const records = async (page) => (await page.evaluate(all_that_lies)).map(({ at }) => at)
  .filter((at) => at.startsWith("outbox/")).map((at) => Number(at.slice("outbox/".length)));

test("what was acknowledged seven days ago is gone from the phone, and nothing else", async (t) => {
  const { page, server } = await at_work(t);
  await all_sent(page);
  const days_later = async (days) => {
    const millis = held.moment_millis + days * 86_400_000;
    server.now = () => millis;
    await page.clock.setFixedTime(millis);
    const reports = server.reports.length;
    await page.reload();
    for (let tries = 0; tries < 200 && server.reports.length === reports; tries += 1) {
      await page.waitForTimeout(50);
    }
  };
  assert.deepEqual(await records(page), [1, 2]);
  await days_later(6.9);
  await page.locator("#emergency-key").click();
  await page.getByText("先走，事后补记。", { exact: false }).first().waitFor();
  await server.got(3);
  assert.deepEqual(await records(page), [1, 2, 3]);
  await days_later(7.1);
  await page.waitForFunction(async () => {
    const request = indexedDB.open("gatehouse-gate");
    const database = await new Promise((resolve) => {
      request.onsuccess = () => resolve(request.result);
    });
    const count = database.transaction("outbox").objectStore("outbox").count();
    await new Promise((resolve) => (count.onsuccess = resolve));
    database.close();
    return count.result < 3;
  });
  assert.deepEqual(await records(page), [3], "acknowledged only just now");
});

test("what a server lost that was restored from a copy is sent again, without a new record",
  async (t) => {
    const { page, server } = await at_work(t);
    await all_sent(page);
    const sent = [...server.received];
    assert.equal(sent.length, 2, "the start of the shift and a crossing");
    server.received.length = 0;
    server.has_acknowledged = false;
    await page.reload();
    await server.got(2);
    assert.deepEqual(server.received, sent);
    assert.ok(server.reports.at(-1).acknowledged_base64, "it says what it was acknowledged");
  });

test("a reply that lay there as long as the phone slept is none, and is asked for again",
  async (t) => {
    const { page, server } = await at_work(t);
    await all_sent(page);
    let let_go;
    server.answers_wait = new Promise((resolve) => (let_go = resolve));
    await page.locator("#emergency-key").click();
    await server.got(3);
    const sent = server.batches.length;
    const woken = held.moment_millis + 3 * 86_400_000;
    await page.clock.setFixedTime(woken);
    server.now = () => server.batches.length > sent ? woken : held.moment_millis;
    let_go();
    for (let tries = 0; tries < 200 && server.batches.length === sent; tries += 1) {
      await page.waitForTimeout(50);
    }
    assert.deepEqual(server.batches.at(-1).events, server.batches[sent - 1].events);
    await all_sent(page);
    const notices = (await page.locator(".notice").allTextContents()).join();
    assert.doesNotMatch(notices, /手机时间不准/, "the reply is of another day, not the clock");
  });

test("a damaged list is fetched again", async (t) => {
  const { page } = await at_work(t);
  await page.evaluate(spoil, { store: "value", key: "snapshot" });
  await page.reload();
  await page.getByText("名单 刚更新").waitFor();
});

test("a damaged record: the rest goes on, and the phone says what helps", async (t) => {
  const { page } = await at_work(t, true);
  await spoil_record(page, 2);
  await page.context().setOffline(false);
  await page.getByText("手机里存的读不出来了").waitFor();
  await screen(page, "scan");
});

for (const [what, spoilt] of [
  ["the key is gone", { store: "value", key: "seal", gone: true }],
  ["what the phone is, is damaged", { store: "value", key: "device" }],
]) {
  test(`${what}, and records wait: how many is said, and they go only when that is said`,
    async (t) => {
      const { page, server } = await at_work(t, true);
      await visitor(page);
      await page.evaluate(spoil, spoilt);
      await page.reload();
      await page.context().setOffline(false);
      await page.getByText("手机里存的读不出来了").waitFor();
      await page.getByLabel("六个数字").fill("123456");
      await button(page, "登记这台手机").click();
      await page.getByText("还有 2 条没传").waitFor();
      assert.equal(server.devices.length, 1, "nothing was asked of the server");
      const lies = await page.evaluate(all_that_lies);
      assert.ok(lies.some(({ at }) => at.startsWith("outbox/")), "nor cleared");
      await button(page, "返回").click();
      await page.getByLabel("六个数字").fill("123456");
      await button(page, "登记这台手机").click();
      server.received.length = 0;
      await button(page, "丢掉 2 条记录并重新登记").click();
      await begin_shift(page);
      await all_sent(page);
      assert.deepEqual(server.devices.map(({ lost }) => lost),
        [undefined, { count: 2, since_millis: held.moment_millis }]);
    });
}

test("records that can still be sent are sent before the phone is enrolled anew", async (t) => {
  const { page, server } = await at_work(t, true);
  await visitor(page);
  await page.evaluate(spoil, { store: "value", key: "state" });
  await page.reload();
  await page.getByLabel("六个数字").fill("123456");
  await button(page, "登记这台手机").click();
  await page.getByText("还有 2 条没传").waitFor();
  await page.context().setOffline(false);
  await page.getByText("还有 2 条没传").waitFor({ state: "hidden" });
  assert.equal(server.received.length, 3);
  server.received.length = 0;
  await button(page, "登记这台手机").click();
  await begin_shift(page);
  await all_sent(page);
  assert.deepEqual(server.devices.map(({ lost }) => lost), [undefined, undefined]);
});

test("a phone that works is not enrolled anew over what waits", async (t) => {
  const { page, server } = await at_work(t, true);
  await button(page, "更多").click();
  await button(page, "换门岗、重新登记").click();
  await button(page, "锦绣苑 · 东门").click();
  await page.getByText("还有 1 条没传").waitFor();
  assert.equal(server.devices.length, 1);
  await page.context().setOffline(false);
  await page.getByText("还有 1 条没传").waitFor({ state: "hidden" });
  await button(page, "返回").click();
  await screen(page, "scan");
});
