// An official's evening through the real pages: ZX comes in as two files, a value changes, a row is
// switched off and on, nobody goes out becomes HL's quota; the gap is mended, the draft tried on
// what happened, submitted, approved by another office; at the set minute two phones at the gate
// follow it, one of them without a network. Wants the same builds as server.test.mjs.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { faults_of } from "./faults.mjs";
import { browse, screen, unplug } from "./support.mjs";
import { in_frame, open_town, phone_on_duty, sign_in } from "./town.mjs";

const FOLDER = fileURLToPath(new URL("../../policies/zhongxiang-2020-02/", import.meta.url));
/** Minutes from now on at which the document begins: long enough for a slow machine, and no more
 * than what a phone's clock may be wrong by. */
const BEGINS_AFTER = 5;
const MINUTE = 60_000;
/** HL 二: one outing of a home within so many days. */
const QUOTA_DAYS = "2";
/** What the guard says to whoever has used it up. */
const SPENT = "这户两天里出去过了。要买东西，社区代买。";

let browser;
let town;
let area;
let begins;
const pages = {};
const phones = {};
before(async () => {
  town = await open_town({ days: 7 });
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
  // While one types, what follows from it follows, and what is typed stays.
  await page.locator("#differences ins", { hasText: "2" }).first().waitFor();
  assert.equal(await page.getByLabel("小区出入口").inputValue(), "2");
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

/** Chooses what to add to a part of a row's sentence. */
async function add_condition(page, group, fact) {
  const choice = page.locator(`[name='add.${group}']`);
  await choice.selectOption(fact);
  await Promise.all([page.waitForEvent("load"),
    page.locator("fieldset", { has: choice }).getByRole("button", { name: "加上" }).click()]);
}

/** Counts the outings of a home within HL's days: at least or at most so many. */
async function count_outings(page, end, number) {
  await add_condition(page, "when", "outings");
  await page.selectOption("[name='when.outings.per']", "household");
  await page.selectOption("[name='when.outings.window']", "calendar");
  await page.fill("[name='when.outings.days']", QUOTA_DAYS);
  await page.fill(`[name='when.outings.${end}']`, number);
}

async function say(page, words) {
  for (const [lang, text] of Object.entries(words)) {
    await page.fill(`[name=say-${lang}]`, text);
    await page.fill(`[name=post-${lang}]`, text);
  }
}

test("nobody goes out becomes HL's quota, and that leaves a gap", async () => {
  const page = pages.street_command;
  await page.getByRole("link", { name: "改这一条 ZX/stay-in" }).click();
  await count_outings(page, "most", "0");
  await page.selectOption("[name=effect]", "grant");
  await page.fill("[name=source]", "本地自定");
  await say(page, { zh: "这户两天没人出去过，可以出门。",
    en: "Nobody of this home was out for two days; may go out." });
  await press(page, "保存并检查");
  const gap = page.locator("#problems li", { hasText: "没写到" });
  await gap.filter({ hasText: "住户出门" }).first().waitFor();
  const said = await gap.first().textContent();
  assert.equal(said.split("没写到").length, 2, "it is said once");
});

test("the gap's key leads to a row about just that, and nothing is left open", async () => {
  const page = pages.street_command;
  await page.getByRole("link", { name: "加一条，补上这个缺口" }).first().click();
  await page.locator("[name='who.subject_kind.of'][value=temporary_resident]").check();
  await count_outings(page, "least", "1");
  await add_condition(page, "unless", "purpose");
  await page.locator("[name='unless-0.purpose.of'][value=medical]").check();
  await page.selectOption("[name=effect]", "bar");
  await say(page, {
    zh: SPENT,
    en: "This home was out within two days. Shopping is done for you.",
  });
  await press(page, "保存并检查");
  const problems = page.locator("#problems");
  await problems.waitFor();
  assert.equal(await problems.getByText("没写到").count(), 0, "the gap is mended");
  for (const name of ["都要这样", "例子没错，记下来"]) {
    while (await key(page, name).count()) {
      await Promise.all([page.waitForEvent("load"), key(page, name).first().click()]);
    }
  }
  await problems.getByText("没有问题").waitFor();
});

/** A sum of a replay. */
async function sum(page, name) {
  const row = page.locator("#sums tr", { has: page.getByText(name, { exact: true }) });
  return Number((await row.locator("td").last().textContent()).replaceAll(/\D/g, ""));
}

const DAY = 24 * 60 * MINUTE;
const day_ago = (days) => new Date(Date.now() + 8 * 60 * MINUTE - days * DAY)
  .toISOString().slice(0, 10);

test("the draft is tried on the week that happened", async () => {
  const page = pages.street_command;
  const draft = page.url().split("#")[0];
  await page.getByRole("link", { name: "试算" }).click();
  const chosen = page.locator("select[name=draft] option", { hasText: "草案" });
  await page.selectOption("select[name=draft]", await chosen.first().getAttribute("value"));
  await page.fill("[name=from]", day_ago(6));
  await page.fill("[name=to]", day_ago(0));
  await press(page, "开始");
  await page.getByText("只换规则", { exact: false }).waitFor();
  const attempts = await sum(page, "通行记录");
  assert.ok(attempts > 500, `a week has ${attempts} attempts`);
  const changed = await sum(page, "判定变了");
  assert.ok(changed > 0, "the notice asks for more than what held");
  assert.ok(changed < attempts, "not of everybody");
  const figure = (await page.locator(".figs b").first().innerText()).split("次")[0];
  assert.equal(Number(figure.replaceAll(/\D/g, "")), changed, "the first figure says it too");
  await page.locator("#ways td a").first().click();
  await page.locator(".exs > li:target li").first().waitFor();
  for (const width of [1280, 320]) {
    await page.setViewportSize({ width, height: 900 });
    assert.deepEqual(await faults_of(page), [], `at ${width}`);
  }
  await page.setViewportSize({ width: 1280, height: 900 });
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

const LIST = /\/snapshot\?/;

test("two phones are on duty at the gate", async () => {
  for (const name of ["online", "offline"]) {
    const phone = await phone_on_duty(town, browser);
    await phone.route(LIST, async (route) => {
      const response = await route.fetch();
      const body = await response.body();
      phone.holds_quota ||= body.includes(SPENT);
      await route.fulfill({ response, body });
    });
    phones[name] = phone;
  }
});

test("submitted, approved by another office, and to come", async () => {
  const page = pages.street_command;
  begins = Math.floor(Date.now() / MINUTE + BEGINS_AFTER) * MINUTE;
  const form = page.locator("form[action$='/submit']");
  const local = new Date(begins + 8 * 60 * MINUTE).toISOString();
  await form.locator("[name=from]").fill(local.slice(0, 16));
  await form.locator("[name=password]").fill(town.accounts.street_command.password);
  await press(page, "送另一单位批");
  await page.getByText("等另一单位批").waitFor();
  const other = pages.county_command;
  await other.goto(page.url());
  // Whoever signs second reads what residents will read, and what changes for them.
  await other.getByRole("link", { name: "看居民会看到的话" }).click();
  await other.locator("#words").getByText("出去买东西", { exact: false }).waitFor();
  await other.locator("#turn ins").first().waitFor();
  await other.goBack();
  await other.locator("summary", { hasText: "批准" }).click();
  const approve = other.locator("form:has([value=approve])");
  await approve.locator("[name=password]").fill(town.accounts.county_command.password);
  await Promise.all([other.waitForEvent("load"), approve.locator("button").click()]);
  await other.getByText("到时生效").waitFor();
  await page.goto(`${area}/policy`);
  await page.getByText("接下来：").waitFor();
});

/** Has the phone ask for the list until it holds what is to come: the server makes a new one up
 * to ten seconds after the approval, and the phone may have asked by itself meanwhile. */
async function fetch_list(phone) {
  for (let asked = 0; !phone.holds_quota; asked += 1) {
    assert.ok(asked < 60, "the list with the scheduled version does not come");
    if (asked > 0) await phone.waitForTimeout(500);
    const answered = phone.waitForResponse(LIST);
    await phone.reload();
    await answered;
  }
  await phone.unroute(LIST);
  await screen(phone, "scan");
}

/** Somebody of the sheet goes out shopping: the screen at which it ends. */
async function goes_out(phone) {
  await phone.getByText("出去", { exact: true }).first().click();
  await phone.evaluate((url) => window.show_to_camera(url), in_frame(town.sheet));
  await phone.locator("body:not([data-screen=scan])").waitFor();
  await phone.evaluate(() => window.show_to_camera(null));
  for (let steps = 0; steps < 6; steps += 1) {
    const name = await phone.locator("body").getAttribute("data-screen");
    if (name !== "ask") return name;
    await phone.getByRole("button", { name: /^(36\.5|采购|戴)/ }).first().click();
  }
  return phone.locator("main").innerText();
}

for (const name of ["online", "offline"]) {
  test(`the gate changes at the set minute, ${name}`, async () => {
    const phone = phones[name];
    await fetch_list(phone);
    if (name === "offline") await unplug(phone);
    await phone.clock.setFixedTime(begins - MINUTE);
    assert.equal(await goes_out(phone), "admit", "HN holds a minute before");
    await phone.locator(".acts .main").click();
    await screen(phone, "scan");
    await phone.clock.setFixedTime(begins);
    assert.equal(await goes_out(phone), "refuse", "the quota holds at the minute");
    await phone.getByText(SPENT, { exact: false }).first().waitFor();
    assert.deepEqual(phone.troubles, []);
  });
}
