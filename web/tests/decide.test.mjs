// From the camera to a recorded crossing, through the real page: scan, verdict, step, outcome,
// outbox. The decisions come from the stand-in core; what is tested is the page.
import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { after, before, test } from "node:test";
import { frame_svg, pass_like } from "./pictures.mjs";
import {
  all_sent, browse, build_with_mock, give_pin, open_page, screen, serve, start_shift,
  unplug,
} from "./support.mjs";

let browser;
let dist;
before(async () => {
  dist = build_with_mock();
  browser = await browse();
});
after(() => browser?.close());

/** A page on the scan screen, its server, and an end that looks for errors of the page. */
async function on_shift(t, options) {
  const server = await serve(dist);
  const page = await open_page(browser, server.url, options);
  await start_shift(page);
  t.after(async () => {
    await page.context().close();
    await server.close();
    assert.deepEqual(page.troubles, [], "the page reported errors");
  });
  return { page, server: server.state };
}

async function scan(page, word) {
  // What was clicked before may not be painted yet.
  await screen(page, "scan");
  await page.evaluate((url) => window.show_to_camera(url), frame_svg(pass_like(word)));
  await page.locator("body:not([data-screen=scan])").waitFor({ timeout: 10_000 });
  await page.evaluate(() => window.show_to_camera(null));
}

/** Waits until the camera's picture has changed so many times. */
const frames_of_camera = (page, count) => page.evaluate((frames) => new Promise((resolve) => {
  const video = document.querySelector("video");
  const next = (left) => left ? video.requestVideoFrameCallback(() => next(left - 1)) : resolve();
  next(frames);
}), count);

const button = (page, name) => page.getByRole("button", { name, exact: true });

for (const [word, look, said] of [
  ["ADMIT", "admit", "放行"],
  ["ASK", "ask", "请补充"],
  ["REFUSE", "refuse", "不放行"],
  ["REFER", "refer", "转办"],
]) {
  test(`a code in front of the camera: ${look}`, async (t) => {
    const { page } = await on_shift(t);
    await scan(page, word);
    await screen(page, look);
    assert.equal(await page.locator("h1").textContent(), said);
    assert.equal(await page.locator(`.shape-${look}`).count(), 1);
    const live = await page.locator("#say").textContent();
    assert.ok(live.startsWith(said), `the live region says the verdict first: ${live}`);
    assert.ok(await page.locator("#emergency-key").isVisible());
  });
}

test("an admitted person is one tap, recorded, signed and sent", async (t) => {
  const { page, server } = await on_shift(t);
  await scan(page, "ADMIT");
  await button(page, "放行，下一位").click();
  await screen(page, "scan");
  await all_sent(page);
  assert.equal(server.received.length, 1);
  const spki = Buffer.from(server.devices[0].public_key_base64, "base64");
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const key = await webcrypto.subtle.importKey("spki", spki, algorithm, true, ["verify"]);
  const signature = Buffer.from(server.signatures.at(-1), "base64");
  assert.equal(signature.length, 64, "raw r and s");
  const checked = await webcrypto.subtle.verify(
    { name: "ECDSA", hash: "SHA-256" }, key, signature, Buffer.from("head 1"));
  assert.ok(checked, "the signature is over the head of the chain");
  assert.match(await page.locator("#counts").textContent(), /本班放行 1/);
});

test("the device's private key cannot leave the phone", async (t) => {
  const { page } = await on_shift(t);
  const extractable = await page.evaluate(() => new Promise((resolve, reject) => {
    const open = indexedDB.open("gatehouse-gate");
    open.onerror = () => reject(open.error);
    open.onsuccess = () => {
      const get = open.result.transaction("value").objectStore("value").get("keys");
      get.onsuccess = () => resolve(get.result.privateKey.extractable);
    };
  }));
  assert.equal(extractable, false);
});

test("steps: nothing is filled in beforehand, each answer brings the next", async (t) => {
  const { page } = await on_shift(t);
  await scan(page, "ASK");
  assert.equal(await page.locator(".degree[aria-pressed=true]").count(), 0);
  assert.deepEqual(
    [await page.locator(".degree").first().textContent(), await page.locator(".degree").count()],
    ["35.5", 20]);
  await button(page, "36.5").click();
  await button(page, "办好了").click();
  await screen(page, "admit");
});

test("a high reading: finer keys, rest, second measurement", async (t) => {
  const { page } = await on_shift(t);
  await scan(page, "ASK");
  await button(page, "37.3 以上").click();
  await button(page, "37.6").click();
  await screen(page, "refer");
  assert.match(await page.locator(".rest").textContent(), /已休息 0 分 0\d 秒/);
  await button(page, "36.6").click();
  await screen(page, "admit");
});

test("emergency is one tap from anywhere and asks nothing first", async (t) => {
  const { page, server } = await on_shift(t);
  await scan(page, "REFUSE");
  await page.locator("#emergency-key").click();
  await screen(page, "emergency");
  assert.equal(await page.locator("h1").textContent(), "紧急放行");
  assert.equal(await page.locator("main input").count(), 0, "no form");
  await server.got(1);
  await all_sent(page);
  assert.equal(server.received.length, 1, "recorded without a further tap");
  await screen(page, "emergency"); // the server's reply has not taken the words away
  await button(page, "急病").click();
  await server.got(2);
  await all_sent(page);
  assert.equal(server.received.length, 2, "what it was is a further record");
});

test("after admit the next code is taken at once", async (t) => {
  const { page } = await on_shift(t);
  await scan(page, "ADMIT");
  await page.evaluate((url) => window.show_to_camera(url), frame_svg(pass_like("REFUSE")));
  await screen(page, "refuse");
});

test("a card still in view after a wrong tap is not the next person at once", async (t) => {
  const { page } = await on_shift(t);
  await page.evaluate((url) => window.show_to_camera(url), frame_svg(pass_like("ASK")));
  await screen(page, "ask");
  await button(page, "点错了").click();
  await screen(page, "scan");
  const back = Date.now();
  await frames_of_camera(page, 8);
  const shown = await page.evaluate(() => document.body.dataset.screen);
  // A machine that takes a second for eight frames shows nothing about the first second.
  if (Date.now() - back < 900) assert.equal(shown, "scan");
  await page.evaluate(() => window.show_to_camera(null));
  if (shown !== "scan") await button(page, "点错了").click();
  await scan(page, "ASK");
  await screen(page, "ask");
});

test("a second page of the app does not open a second chain", async (t) => {
  const { page } = await on_shift(t);
  const second = await page.context().newPage();
  await second.goto(page.url());
  await second.getByText("编号 page").waitFor({ timeout: 6_000 });
});

test("fever report is one tap", async (t) => {
  const { page } = await on_shift(t);
  await button(page, "有人发热").click();
  await screen(page, "refer");
  await page.getByText("请到旁边坐 5 分钟，再量一次。").first().waitFor();
});

test("a visitor: which home, the host's yes by telephone, temperature", async (t) => {
  const { page } = await on_shift(t);
  await button(page, "访客").click();
  await page.getByLabel("楼栋").fill("3");
  await page.getByLabel("单元").fill("2");
  await page.getByLabel("房号").fill("302");
  await button(page, "接着办").click();
  await screen(page, "ask");
  assert.equal(await page.locator("a.call").getAttribute("href"), "tel:0000001");
  await button(page, "同意进").click();
  await button(page, "36.4").click();
  await screen(page, "admit");
});

test("a vehicle's plate by keys of our own", async (t) => {
  const { page } = await on_shift(t);
  await button(page, "车辆").click();
  for (const letter of "豫A12345") await button(page, letter).click();
  assert.equal(await page.locator("input.plate").inputValue(), "豫A12345");
  await button(page, "接着办").click();
  await screen(page, "refuse");
});

test("forgot the pass: building, room and surname together", async (t) => {
  const { page } = await on_shift(t);
  await button(page, "没带证").click();
  await page.getByLabel("楼栋").fill("6");
  await button(page, "查房号").click();
  assert.equal(await page.getByRole("alert").textContent(), "还差：房号、姓。");
  await page.getByLabel("房号").fill("302");
  await button(page, "王").click();
  await button(page, "查房号").click();
  await screen(page, "choose");
  await button(page, "王*华 · 30 多岁").click();
  await screen(page, "admit");
});

test("an outcome against the verdict needs a reason from the list", async (t) => {
  const { page, server } = await on_shift(t);
  await scan(page, "REFUSE");
  await button(page, "还是放行").click();
  await screen(page, "reason");
  assert.equal(server.received.length, 0);
  await button(page, "值班长定的").click();
  await screen(page, "scan");
});

test("undo is a further record", async (t) => {
  const { page, server } = await on_shift(t);
  await scan(page, "ADMIT");
  await button(page, "放行，下一位").click();
  await button(page, "点错了").click();
  await screen(page, "amend");
  await button(page, "点错了，没这回事").click();
  await screen(page, "scan");
  await server.got(2);
  await all_sent(page);
  assert.equal(server.received.length, 2);
  await button(page, "更多").click();
  await button(page, "今天的通行记录").click();
  assert.equal(await page.locator(".recent li").count(), 2);
});

test("the server's graver answer takes the screen within 1.5 s", async (t) => {
  const { page, server } = await on_shift(t);
  server.answer = (seq) => ({ seq, verdict: "refer", graver: true, rows: ["HN/order"],
    sentences: [] });
  await scan(page, "ADMIT");
  const start = Date.now();
  await button(page, "放行，下一位").click();
  await screen(page, "refer");
  assert.ok(Date.now() - start < 1_500);
  await page.getByText("名单刚更新，请按这个办").waitFor();
});

test("without network: kept, counted, the page itself opens again, then sent", async (t) => {
  const { page, server } = await on_shift(t);
  await unplug(page);
  await scan(page, "ADMIT");
  await button(page, "放行，下一位").click();
  await page.getByText("没网 · 存了 1 条").waitFor();
  await page.reload();
  await screen(page, "scan");
  await page.getByText("没网 · 存了 1 条").waitFor();
  await scan(page, "REFUSE");
  await page.getByText("按 26 分钟前的名单").waitFor();
  await button(page, "记为已返回").click();
  assert.equal(server.received.length, 0);
  await page.context().setOffline(false);
  await all_sent(page);
  assert.equal(server.received.length, 2);
});

test("a session that ended: the phone shows its key, nobody signs in", async (t) => {
  const { page, server } = await on_shift(t);
  const before = server.shown.length;
  server.logged_in = false;
  await scan(page, "ADMIT");
  await button(page, "放行，下一位").click();
  await server.got(1);
  await all_sent(page);
  assert.equal(server.shown.length, before + 1);
});

test("a device that the server does not know: decisions go on, the line says so", async (t) => {
  const { page, server } = await on_shift(t);
  server.logged_in = false;
  server.is_device = false;
  await scan(page, "ADMIT");
  await button(page, "放行，下一位").click();
  await page.getByRole("button", { name: "要重新登记" }).waitFor();
  await scan(page, "REFER");
  await screen(page, "refer");
});

test("what the server kept aside is counted once, however often it says so", async (t) => {
  const { page, server } = await on_shift(t);
  for (const [aside, said] of [
    [[{ seq: 2, reason: "broken_chain" }], "有 1 条"],
    [[{ seq: 2, reason: "broken_chain" }], "有 1 条"],
    [[{ seq: 2, reason: "broken_chain" }, { seq: 3, reason: "broken_chain" }], "有 2 条"],
  ]) {
    server.set_aside = aside;
    const before = server.received.length;
    await page.locator("#emergency-key").click();
    await server.got(before + 1);
    await all_sent(page);
    await page.reload();
    await screen(page, "scan");
    await page.getByRole("button", { name: "更多" }).click();
    await page.getByText(`${said}记录要值班长看一眼`).waitFor();
    await page.getByRole("button", { name: "返回" }).click();
  }
});

test("an emergency before the script has come is recorded once it runs", async (t) => {
  const { page, server } = await on_shift(t);
  let let_go;
  const held = new Promise((resolve) => (let_go = resolve));
  await page.evaluate(async () => {
    for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister();
  });
  await page.route(/assets\/gate-.*\.js/, async (route) => {
    await held;
    await route.continue();
  });
  await page.reload({ waitUntil: "commit" });
  await page.locator("#emergency-key").click();
  await page.getByText("先走，事后补记。").waitFor();
  let_go();
  await page.locator("#top .net").waitFor();
  await server.got(1);
  await all_sent(page);
  assert.equal(server.received.length, 1);
  assert.equal(new URL(page.url()).hash, "", "a later reload records no second one");
});

test("the browser's own reader goes first; what it misses, ours reads", async (t) => {
  const server = await serve(dist);
  const page = await open_page(browser, server.url);
  t.after(async () => {
    await page.context().close();
    await server.close();
  });
  await page.addInitScript(() => {
    window.answers = [];
    window.BarcodeDetector = class {
      static getSupportedFormats = async () => ["qr_code"];
      detect = async () => window.answers.splice(0, 1);
    };
  });
  await page.reload();
  await start_shift(page);
  await page.evaluate(() => window.answers.push({ rawValue: "https://gate.example/v#REFUSE" }));
  await screen(page, "refuse");
  await button(page, "点错了").click();
  await scan(page, "REFER");
  await screen(page, "refer");
});

test("a list that arrives does not undo who was chosen for the shift", async (t) => {
  const server = await serve(dist);
  const page = await open_page(browser, server.url);
  t.after(async () => {
    await page.context().close();
    await server.close();
  });
  let let_go;
  const held = new Promise((resolve) => (let_go = resolve));
  await page.route("**/snapshot*", async (route) => {
    await held;
    await route.continue();
  });
  await page.getByRole("button", { name: "锦绣苑 · 东门" }).click();
  await button(page, "李师傅").click();
  await page.getByLabel("口罩戴好了").check();
  await page.getByLabel("袖标戴好了").check();
  await page.getByText("还没有名单").waitFor();
  let_go();
  await page.getByText("名单 26 分钟前").waitFor();
  assert.ok(await page.getByLabel("口罩戴好了").isChecked());
  await button(page, "开始值守").click();
  await give_pin(page);
  await screen(page, "scan");
});

test("a hardware scanner types, also in full width and into a field", async (t) => {
  const { page } = await on_shift(t);
  const burst = (text) => page.evaluate((keys) => {
    for (const key of [...keys, "Enter"]) {
      document.activeElement.dispatchEvent(
        new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    }
  }, text);
  await burst("https://gate.example/v#REFER2345");
  await screen(page, "refer");
  await button(page, "点错了").click();
  await burst("ｈｔｔｐｓ：／／gate.example/v#ADMIT2345");
  await screen(page, "admit");
  await button(page, "点错了").click();
  // An input method in between swallows the keys; their places on the keyboard remain.
  await page.evaluate((text) => {
    const places = { "/": "Slash", ":": "Semicolon", ".": "Period", "#": "Digit3" };
    for (const letter of text) {
      const code = places[letter] ??
        (/[0-9]/.test(letter) ? `Digit${letter}` : `Key${letter.toUpperCase()}`);
      document.dispatchEvent(new KeyboardEvent("keydown", { key: "Process", code, bubbles: true,
        shiftKey: /[A-Z:#]/.test(letter) }));
    }
    document.dispatchEvent(new KeyboardEvent("keydown", { key: "Process", code: "Enter",
      bubbles: true }));
  }, "https://gate.example/v#REFER2345");
  await screen(page, "refer");
  await button(page, "点错了").click();
  await button(page, "没带证").click();
  await page.getByLabel("楼栋").focus();
  await burst("https://gate.example/v#REFUSE2345");
  await screen(page, "refuse");
});
