// A newer version of the app waits until nobody stands at the gate; browsers that cannot run it,
// and those inside chat apps, say what to do instead.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  begin_shift, browse, build_with_mock, open_page, screen, serve, start_shift,
} from "./support.mjs";

let dist, server, browser;
before(async () => {
  dist = build_with_mock();
  [server, browser] = await Promise.all([serve(dist), browse()]);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

let laid = 0;

/** Lays a newer version beside the one at work, and lets the phone fetch it; its name. */
async function lay_newer(page) {
  const file = join(dist, "service_worker.js");
  const text = await readFile(file, "utf8");
  const name = `gatehouse-gate-newer${String((laid += 1)).padStart(5, "0")}`;
  await writeFile(file, text.replace(/gatehouse-gate-\w{10}/, name));
  await page.evaluate(async () => {
    const found = await navigator.serviceWorker.ready;
    const waits = new Promise((resolve) => found.addEventListener("updatefound", () => {
      found.installing.addEventListener("statechange", ({ target }) =>
        target.state === "installed" && resolve());
    }));
    await found.update();
    await waits;
  });
  return name;
}

/** Whether a version waits, and the names of those kept. */
const registration = (page) => page.evaluate(async () => {
  const found = await navigator.serviceWorker.ready;
  return { waits: found.waiting !== null, kept: await caches.keys() };
});

/** Runs before the page: its clock can be put forward, and what it does every 20 s it does at
 * once. Playwright's own clock keeps service workers from taking over. */
function clock_to_move() {
  let ahead = 0;
  const [now, every] = [Date.now, setInterval];
  Date.now = () => now() + ahead;
  window.put_forward = (millis) => (ahead += millis);
  window.setInterval = (act, millis) => every(act, millis === 20_000 ? 100 : millis);
}

/** Nobody touches the phone for a while, and the newer version still waits beside the other. */
async function newer_waits(page, why) {
  await page.evaluate(() => window.put_forward(90_000));
  // As long as the page needs to look five times.
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 500)));
  const { waits, kept } = await registration(page);
  assert.ok(waits, why);
  assert.equal(kept.length, 2);
}

/** Nobody touches the phone for a while: the newer version takes over, and is the only one kept. */
async function taken_up(page, newer) {
  const again = page.waitForEvent("load");
  await page.evaluate(() => window.put_forward(90_000));
  await again;
  await screen(page, "scan");
  assert.deepEqual((await registration(page)).kept, [newer]);
  assert.deepEqual(page.troubles, []);
  await page.context().close();
}

test("a newer version waits while somebody stands at the gate, then takes over", async () => {
  const page = await kept_page();
  await start_shift(page);
  await registration(page);
  await page.reload();
  await screen(page, "scan");
  await page.getByRole("button", { name: "访客" }).click();
  await page.getByRole("button", { name: "不知道，先办" }).click();
  await page.locator("body:not([data-screen=scan])").waitFor();
  const newer = await lay_newer(page);
  await newer_waits(page, "a case is open");

  await page.getByRole("button", { name: "点错了" }).click();
  await screen(page, "scan");
  await taken_up(page, newer);
});

/** A page whose clock can be put forward, kept on the phone. */
async function kept_page() {
  const page = await open_page(browser, server.url);
  await page.addInitScript(clock_to_move);
  await page.reload();
  await registration(page);
  await page.reload();
  return page;
}

test("a page that is open since its first start takes up a newer version too", async () => {
  const page = await open_page(browser, `${server.url}service_worker.js`);
  await page.addInitScript(clock_to_move);
  await page.goto(server.url);
  await start_shift(page);
  const newer = await lay_newer(page);
  await taken_up(page, newer);
});

const button = (page, name) => page.getByRole("button", { name, exact: true });

test("a newer version waits while a code, a PIN or the look-up is half typed", async () => {
  const page = await kept_page();
  const newer = [];
  const takes_over = async () => {
    const again = page.waitForEvent("load");
    await page.evaluate(() => window.put_forward(90_000));
    await again;
    assert.deepEqual((await registration(page)).kept, [newer.at(-1)]);
  };
  await page.getByLabel("六个数字").fill("123");
  newer.push(await lay_newer(page));
  await newer_waits(page, "a code is half typed");
  await page.getByLabel("六个数字").fill("");
  await takes_over();

  await button(page, "锦绣苑 · 东门").click();
  await button(page, "李师傅").click();
  await page.getByLabel("口罩戴好了").check();
  await page.getByLabel("袖标戴好了").check();
  await button(page, "开始值守").click();
  await page.locator("form [type=password]").fill("24");
  newer.push(await lay_newer(page));
  await newer_waits(page, "a PIN is half typed");
  await button(page, "返回").click();
  await takes_over();

  await begin_shift(page);
  await button(page, "没带证").click();
  await page.getByLabel("楼栋").fill("6");
  newer.push(await lay_newer(page));
  await newer_waits(page, "the look-up is half typed");
  assert.equal(await page.getByLabel("楼栋").inputValue(), "6");
  await button(page, "返回").click();
  await takes_over();
  await screen(page, "scan");
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});

test("an app that could not be kept whole says so, until it is", async () => {
  server.state.lacks = /^assets\/icon/;
  const page = await open_page(browser, server.url);
  await start_shift(page);
  const said = page.getByText("程序没存全，没网时别关。", { exact: false });
  // Headers are made anew when something happens.
  await button(page, "更多").click();
  await said.waitFor();
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/not-kept.png` });
  server.state.lacks = undefined;
  await page.reload();
  await screen(page, "scan");
  await registration(page);
  await button(page, "更多").click();
  assert.equal(await said.count(), 0);
  await page.context().close();
});

test("inside a chat app the page asks to be opened in the browser", async () => {
  const userAgent = "Mozilla/5.0 (Linux; Android 12; HLK-AL00) MicroMessenger/8.0.30";
  const code = `#enrol=${"a2".repeat(10)}.${"A".repeat(43)}`;
  for (const address of [server.url, server.url + code]) {
    const page = await open_page(browser, address, { userAgent });
    await page.getByText("在聊天软件里打开的").waitFor();
    // What is opened outside, or typed off, still has its code.
    await page.getByText(address, { exact: true }).waitFor();
    assert.equal(page.url(), address);
    // A phone that keeps nothing here is not made a device: neither by digits nor by an account.
    assert.equal(await page.locator("#main").locator("input, button, a").count(), 0);
    assert.ok(await page.locator("#emergency-key").isVisible());
    await page.context().close();
  }
});

test("a browser that lacks something is told so, and the way out for life stays", async () => {
  const context = await browser.newContext({ locale: "zh-CN" });
  await context.addInitScript(() => {
    Object.defineProperty(Navigator.prototype, "locks", { value: undefined });
  });
  const page = await context.newPage();
  await page.goto(server.url);
  await screen(page, "lacking");
  await page.getByText("编号 locks").waitFor();
  await page.locator("#emergency-key").click();
  await page.getByText("先走，事后补记").waitFor();
  await context.close();
});

test("a phone whose browser has cleared everything is enrolled again by a new code", async () => {
  const page = await open_page(browser, server.url);
  await start_shift(page);
  await page.evaluate(async () => {
    for (const { name } of await indexedDB.databases()) indexedDB.deleteDatabase(name);
  });
  await page.reload();
  await page.getByText("浏览器把存的清掉了").waitFor();
  await page.getByLabel("六个数字").fill("123456");
  await page.getByRole("button", { name: "登记这台手机" }).click();
  await begin_shift(page);
  await page.context().close();
});
