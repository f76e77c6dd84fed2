// Several guards on one phone: each has a PIN, the screen locks after a while without a touch, and
// neither ever stops the gate.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  all_sent, begin_shift, browse, build_with_mock, give_pin, open_page, screen, serve, start_shift,
  type_pin,
} from "./support.mjs";

let browser, dist;
before(async () => {
  [browser, dist] = [await browse(), build_with_mock()];
});
after(() => browser?.close());

/** Runs in the page before anything else: a clock that the test moves. */
function clock_to_move() {
  const now = Date.now;
  window.put_forward = (millis) =>
    sessionStorage.setItem("ahead", String(Number(sessionStorage.getItem("ahead")) + millis));
  Date.now = () => now() + Number(sessionStorage.getItem("ahead"));
}

async function on_shift(t) {
  const server = await serve(dist);
  const page = await open_page(browser, server.url);
  t.after(async () => {
    await page.context().close();
    await server.close();
    assert.deepEqual(page.troubles, []);
  });
  await page.addInitScript(clock_to_move);
  await page.reload();
  await start_shift(page);
  return { page, server };
}

const button = (page, name) => page.getByRole("button", { name, exact: true });
const forward = (page, seconds) => page.evaluate((s) => window.put_forward(s * 1000), seconds);
const lock = async (page) => {
  await forward(page, 301);
  await page.locator("#lock:not([hidden])").waitFor();
};

async function hand_over(page) {
  await button(page, "更多").click();
  await button(page, "交班").click();
  await screen(page, "hand_over");
  await button(page, "交班").click();
  await screen(page, "shift");
}

/** Who is on duty is chosen, up to the PIN. */
async function come(page, name) {
  await button(page, name).click();
  await page.getByLabel("口罩戴好了").check();
  await page.getByLabel("袖标戴好了").check();
  await button(page, "开始值守").click();
}

test("a PIN is chosen once on this phone, typed twice the same, and asked for from then on",
  async (t) => {
    const { page } = await on_shift(t);
    await hand_over(page);
    await come(page, "赵师傅");
    await screen(page, "pin");
    for (const [digits, said] of [["12", /4 到 6/], ["1234", /再输一遍/]]) {
      await type_pin(page, digits);
      await page.getByText(said).first().waitFor();
    }
    await type_pin(page, "1235");
    await page.getByText("两遍不一样").waitFor();
    await give_pin(page, "123456");
    await screen(page, "scan");
    assert.match(await page.locator("#top").textContent(), /赵师傅/);
    await hand_over(page);
    await begin_shift(page);
  });

test("five wrong ones make a wait that grows; a colleague's PIN gives another", async (t) => {
  const { page } = await on_shift(t);
  await hand_over(page);
  await come(page, "赵师傅");
  await give_pin(page, "1357");
  await screen(page, "scan");
  await hand_over(page);
  await come(page, "李师傅");
  await screen(page, "pin");
  const wrong = page.locator(".flag", { hasText: "不对" });
  for (let nth = 0; nth < 5; nth += 1) {
    await page.getByLabel("口令").fill("9999");
    await page.locator("form .main").click();
    await wrong.waitFor();
    if (nth < 4) assert.equal(await wrong.textContent(), "不对，再输一遍。");
  }
  await page.getByText(/(30|29) 秒后/).waitFor();
  await type_pin(page, "2468");
  await page.getByText(/秒后/).waitFor();
  const shown = await page.evaluate(() => document.body.dataset.screen);
  assert.equal(shown, "pin", "even the right one");
  await forward(page, 31);
  await type_pin(page, "9999");
  await page.getByText(/(60|59) 秒后/).waitFor();
  await page.locator("#emergency-key").click();
  await screen(page, "emergency");
  await page.reload();
  await screen(page, "shift");
  await come(page, "李师傅");
  await button(page, "忘了口令").click();
  await button(page, "赵师傅").click();
  await type_pin(page, "1357");
  await page.getByRole("heading", { name: "李师傅：设一个口令" }).waitFor();
  await type_pin(page, "8642");
  await page.getByRole("heading", { name: /再输一遍/ }).waitFor();
  await type_pin(page, "8642");
  await screen(page, "scan");
});

test("who forgot it and is alone chooses another after ten minutes, also across a reload",
  async (t) => {
    const { page } = await on_shift(t);
    await hand_over(page);
    await come(page, "李师傅");
    await button(page, "忘了口令").click();
    await page.getByText(/起自己设/).waitFor();
    assert.equal(await page.getByRole("button", { name: /设一个口令/ }).count(), 0);
    await forward(page, 601);
    await page.reload();
    await screen(page, "shift");
    await come(page, "李师傅");
    await button(page, "忘了口令").click();
    await page.getByRole("button", { name: /设一个口令/ }).click();
    await page.getByRole("heading", { name: /设一个口令/ }).waitFor();
  });

test("five minutes without a touch lock the screen; what was open and half typed is still there",
  async (t) => {
    const { page } = await on_shift(t);
    await page.getByRole("button", { name: "没带证" }).click();
    await page.getByLabel("姓").first().fill("孙");
    await lock(page);
    assert.equal(await page.locator("main").isVisible(), false);
    assert.equal(await button(page, "更多").count(), 0);
    await page.reload();
    await page.locator("#lock:not([hidden])").waitFor();
    await type_pin(page, "9999");
    await page.getByText("不对").waitFor();
    await type_pin(page, "2468");
    await screen(page, "scan");
    await page.getByRole("button", { name: "没带证" }).click();
    await page.getByLabel("姓").first().fill("孙");
    await lock(page);
    await type_pin(page, "2468");
    await page.locator("#lock").waitFor({ state: "hidden" });
    assert.equal(await page.getByLabel("姓").first().inputValue(), "孙");
  });

test("an emergency is recorded on the locked screen, without a PIN", async (t) => {
  const { page, server } = await on_shift(t);
  await all_sent(page);
  const before = server.state.received.length;
  await lock(page);
  await page.locator("#emergency-key").click();
  await page.getByText("紧急放行，已记下。").waitFor();
  await server.state.got(before + 1);
  assert.equal(await page.locator("#lock").isVisible(), true);
  await type_pin(page, "2468");
  await screen(page, "emergency");
});
