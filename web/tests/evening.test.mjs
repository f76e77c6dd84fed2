// An official's evening through the real pages: ZX comes in as two files, a value changes, a row is
// switched off and leaves a gap, is mended, tried on what happened, submitted; another office
// approves it. Wants the same builds as server.test.mjs.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { faults_of } from "./faults.mjs";
import { browse } from "./support.mjs";
import { open_town, sign_in } from "./town.mjs";

const FOLDER = fileURLToPath(new URL("../../policies/zhongxiang-2020-02/", import.meta.url));
/** Minutes from now on at which the document begins: long enough for a slow machine. */
const BEGINS_AFTER = 10;

let browser;
let town;
let area;
const pages = {};
before(async () => {
  town = await open_town();
  browser = await browse();
  for (const role of ["street_command", "county_command"]) {
    const context = await browser.newContext({
      locale: "zh-CN", timezoneId: "Asia/Shanghai", viewport: { width: 1280, height: 900 },
    });
    context.setDefaultTimeout(45_000);
    pages[role] = await context.newPage();
    await sign_in(town, pages[role], town.accounts[role]);
  }
  const home = await pages.street_command.locator("a[href^='/areas/']").first();
  area = town.url + (await home.getAttribute("href")).match(/^\/areas\/[^/]+/)[0];
});
after(async () => {
  await browser?.close();
  town?.close();
});

const key = (page, name) => page.getByRole("button", { name, exact: true });

/** Presses a key whose form is answered with a page. */
async function press(page, name) {
  await Promise.all([page.waitForEvent("load"), key(page, name).click()]);
}

test("the notice comes in as two files and has nothing to complain about", async () => {
  const page = pages.street_command;
  await page.goto(`${area}/policy`);
  await page.getByRole("link", { name: "写规则、批规则" }).click();
  await page.setInputFiles("[name=policy]", `${FOLDER}policy.toml`);
  await page.setInputFiles("[name=cases]", `${FOLDER}cases.toml`);
  await press(page, "导入");
  await page.locator("#problems").getByText("没有问题").waitFor();
});

test("a value changes and is a local choice from then on", async () => {
  const page = pages.street_command;
  await page.getByLabel("小区出入口").fill("2");
  await press(page, "保存并检查");
  assert.equal(await page.locator("[name=p-entrances_most]").inputValue(), "2");
  assert.equal(await page.locator("[name=s-entrances_most]").inputValue(), "本地自定");
});

test("a row switched off leaves a gap with an example; the same key mends it", async () => {
  const page = pages.street_command;
  await press(page, "停用 ZX/courier");
  const problems = page.locator("#problems");
  await problems.getByText("配送人员", { exact: false }).first().waitFor();
  await problems.getByText("就要这样").first().waitFor();
  await press(page, "启用 ZX/courier");
  await problems.getByText("没有问题").waitFor();
});

test("the draft is tried on what happened", async () => {
  const page = pages.street_command;
  const draft = page.url().split("#")[0];
  await page.getByRole("link", { name: "试算" }).click();
  const chosen = page.locator("select[name=draft] option", { hasText: "草案" });
  await page.selectOption("select[name=draft]", await chosen.first().getAttribute("value"));
  await press(page, "开始");
  await page.getByText("只换规则", { exact: false }).waitFor();
  await page.goto(draft);
});

for (const [what, size, cookies] of [
  ["wide", { width: 1280, height: 900 }, []],
  ["a phone of 320", { width: 320, height: 640 }, []],
  ["large type", { width: 1280, height: 900 }, [["type", "large"]]],
]) {
  test(`the draft's page has no fault, ${what}`, async () => {
    const page = pages.street_command;
    await page.context().addCookies(
      cookies.map(([name, value]) => ({ name, value, url: town.url })));
    await page.setViewportSize(size);
    await page.reload();
    assert.deepEqual(await faults_of(page), []);
    await page.context().clearCookies({ name: "type" });
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.reload();
  });
}

test("submitted, approved by another office, and to come", async () => {
  const page = pages.street_command;
  const begins = new Date(Date.now() + (8 * 60 + BEGINS_AFTER) * 60_000);
  const form = page.locator("form[action$='/submit']");
  await form.locator("[name=from]").fill(begins.toISOString().slice(0, 16));
  await form.locator("[name=password]").fill(town.accounts.street_command.password);
  await press(page, "送另一单位批");
  await page.getByText("等另一单位批").waitFor();
  const other = pages.county_command;
  await other.goto(page.url());
  await other.locator("summary", { hasText: "批准" }).click();
  const approve = other.locator("form:has([value=approve])");
  await approve.locator("[name=password]").fill(town.accounts.county_command.password);
  await Promise.all([other.waitForEvent("load"), approve.locator("button").click()]);
  await other.getByText("到时生效").waitFor();
  await page.goto(`${area}/policy`);
  await page.getByText("接下来：").waitFor();
});
