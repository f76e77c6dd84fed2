// Where the browser keeps nothing: the page says so and what to do, and the way out for life stays.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { browse, build_with_mock, open_page, screen, serve, start_shift } from "./support.mjs";

let server, browser;
before(async () => {
  [server, browser] = await Promise.all([serve(build_with_mock()), browse()]);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const emergency = async (page) => {
  await page.locator("#emergency-key").click();
  await page.getByText("先走，事后补记。").waitFor();
};

/** The page says that nothing can be kept, and lets people through. */
async function told(page) {
  await screen(page, "lacking");
  await page.getByText("编号 store").waitFor();
  await page.getByText("请关掉无痕浏览").waitFor();
  await emergency(page);
}

test("a browser that refuses to keep anything is told of, with what to do", async () => {
  const context = await browser.newContext({ locale: "zh-CN" });
  await context.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException("no", "SecurityError");
    };
  });
  const page = await context.newPage();
  await page.goto(server.url);
  await told(page);
  await context.close();
});

/** Runs in a page: the database is to go, and cannot while this page has it open. */
async function hold_database() {
  const request = indexedDB.open("gatehouse-gate", 1);
  await new Promise((resolve) => (request.onsuccess = resolve));
  const going = indexedDB.deleteDatabase("gatehouse-gate");
  await new Promise((resolve) => (going.onblocked = resolve));
  window.let_go = () => request.result.close();
}

test("a browser that does not answer is told of, and the page opens once it does", async () => {
  const context = await browser.newContext({ locale: "zh-CN" });
  const other = await context.newPage();
  await other.goto(`${server.url}service_worker.js`);
  await other.evaluate(hold_database);
  const page = await context.newPage();
  await page.addInitScript(() => {
    const later = setTimeout;
    window.setTimeout = (act, millis, ...rest) => later(act, Math.min(millis, 100), ...rest);
  });
  await page.goto(server.url);
  await told(page);
  await other.evaluate(() => window.let_go());
  await screen(page, "enrol");
  await context.close();
});

test("a phone whose browser clears everything while it works leads back", async () => {
  const page = await open_page(browser, server.url);
  await start_shift(page);
  await page.evaluate(async () => {
    for (const { name } of await indexedDB.databases()) indexedDB.deleteDatabase(name);
  });
  await screen(page, "error");
  await page.getByText("编号 store").waitFor();
  await emergency(page);
  assert.equal(await page.getByText("没存上").count(), 0, "trying again would not help");
  await page.getByRole("button", { name: "再试一次" }).click();
  await page.getByText("浏览器把存的清掉了").waitFor();
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});
