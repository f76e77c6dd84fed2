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

/** Lays a newer version beside the one at work, and lets the phone fetch it. */
async function lay_newer(page) {
  const file = join(dist, "service_worker.js");
  const text = await readFile(file, "utf8");
  await writeFile(file, text.replace(/gatehouse-gate-[0-9a-f]{10}/, "gatehouse-gate-newer00000"));
  await page.evaluate(async () => {
    const found = await navigator.serviceWorker.ready;
    const waits = new Promise((resolve) => found.addEventListener("updatefound", () => {
      found.installing.addEventListener("statechange", ({ target }) =>
        target.state === "installed" && resolve());
    }));
    await found.update();
    await waits;
  });
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

test("a newer version waits while somebody stands at the gate, then takes over", async () => {
  const page = await open_page(browser, server.url);
  await page.addInitScript(clock_to_move);
  await page.reload();
  await start_shift(page);
  await registration(page);
  await page.reload();
  await screen(page, "scan");
  await page.getByRole("button", { name: "访客" }).click();
  await page.getByRole("button", { name: "不知道，先办" }).click();
  await page.locator("body:not([data-screen=scan])").waitFor();
  await lay_newer(page);
  await page.evaluate(() => window.put_forward(90_000));
  // As long as the page needs to look five times.
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 500)));
  const { waits, kept } = await registration(page);
  assert.ok(waits, "a case is open");
  assert.equal(kept.length, 2);

  await page.getByRole("button", { name: "点错了" }).click();
  await screen(page, "scan");
  const again = page.waitForEvent("load");
  await page.evaluate(() => window.put_forward(90_000));
  await again;
  await screen(page, "scan");
  assert.deepEqual((await registration(page)).kept, ["gatehouse-gate-newer00000"]);
  assert.deepEqual(page.troubles, []);
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
  await page.getByText("浏览器清掉了存的东西").waitFor();
  await page.getByLabel("六个数字").fill("123456");
  await page.getByRole("button", { name: "登记这台手机" }).click();
  await begin_shift(page);
  await page.context().close();
});
