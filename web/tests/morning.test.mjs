// A community's morning through the real pages of the real server: the ledger comes in, passes are
// approved and printed, a guard scans a printed one, a visitor registers by the poster, a fever is
// reported and closed. Nothing goes through the API. Wants the same builds as server.test.mjs.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { code_in_frame, codes_of, render } from "./paper.mjs";
import { all_sent, browse, screen } from "./support.mjs";
import { open_town, phone_on_duty, sign_in } from "./town.mjs";

const FORTY = 40;
const BUILDING = "97";

let browser;
let town;
let page;
let compound;
before(async () => {
  town = await open_town();
  browser = await browse();
  const context = await browser.newContext({
    locale: "zh-CN", viewport: { width: 1280, height: 900 },
  });
  context.setDefaultTimeout(45_000);
  page = await context.newPage();
  await sign_in(town, page, town.accounts.community_office);
});
after(async () => {
  await browser?.close();
  town?.close();
});

/** Forty invented people at forty doors of a building that is not there yet. */
function ledger() {
  const number = (at) => "一二三四五六七八九十"[at % 10];
  const rows = Array.from({ length: FORTY }, (_, at) =>
    `${"赵钱孙李"[Math.floor(at / 10)]}晨${number(at)},${at % 2 ? "女" : "男"},` +
    `198${at % 10}-03-1${at % 9},${BUILDING},1,${101 + at}`);
  return Buffer.from(["姓名,性别,出生日期,楼栋,单元,房号", ...rows].join("\r\n"));
}

/** The file behind a link of the page, by the session of the page. */
async function file_of(link) {
  const answer = await page.request.get(town.url + await link.getAttribute("href"));
  assert.equal(answer.status(), 200);
  return answer.body();
}

test("the ledger is imported: columns, a dry run, then for good", async () => {
  const area = await page.locator("a[href^='/areas/']").first().getAttribute("href");
  await page.goto(`${town.url}${area}/import`);
  await page.locator("main a[href$='/import']").first().click();
  await page.waitForURL((url) => !url.pathname.startsWith(`${area}/`));
  compound = page.url().replace(/\/import$/, "");
  await page.setInputFiles("#file", { name: "台账.csv", mimeType: "text/csv", buffer: ledger() });
  await page.locator("main form:has(#file) button").click();
  await page.locator("button[value=map]").click();
  await page.locator("button[value=begin]").click();
  await page.getByRole("heading", { name: "导好了" }).waitFor();
  assert.equal(await page.locator(".q-ok b").textContent(), String(FORTY));
});

test("all who are complete are approved, the new building gets forty passes", async () => {
  await page.goto(`${compound}/passes`);
  await page.getByRole("button", { name: /资料齐的/ }).click();
  await page.locator("[role=status]").waitFor();
  assert.equal(await page.getByRole("button", { name: /资料齐的/ }).count(), 0);
  await page.getByRole("link", { name: "按楼栋发" }).click();
  await page.getByRole("link", { name: new RegExp(`^${BUILDING} 栋`) }).click();
  assert.equal(await page.locator("input[name=person]:checked").count(), FORTY);
  await page.locator("form.card button").click();
  assert.match(await page.locator("[role=status]").textContent(), new RegExp(String(FORTY)));
});

test("the sheet is printed and a guard lets its bearer through", async () => {
  await page.locator("[role=status] a").click();
  await page.getByRole("link", { name: `${BUILDING} 栋` }).click();
  const sheet = render(await file_of(page.locator("a[href*='sheets.pdf']").first()));
  const codes = await codes_of(sheet);
  assert.equal(codes.length, 10, "each of the ten cards is read");
  const phone = await phone_on_duty(town, browser);
  await phone.evaluate((url) => window.show_to_camera(url), code_in_frame(sheet, codes[0]));
  await screen(phone, "ask");
  await phone.evaluate(() => window.show_to_camera(null));
  await phone.getByRole("button", { name: "36.5", exact: true }).click();
  await screen(phone, "admit");
  const answered = phone.waitForResponse((response) => response.url().endsWith("/events"));
  await phone.locator(".acts .main").click();
  assert.equal((await (await answered).json()).answers.at(-1).verdict, "admit");
  await all_sent(phone);
  assert.deepEqual(phone.troubles, []);
  await phone.context().close();
});

test("a visitor registers by the poster; the home is rung up and says yes", async () => {
  await page.goto(`${compound}/policy`);
  const poster = render(await file_of(page.locator("a[href*='poster.pdf']").first()));
  const link = (await codes_of(poster)).find(({ text }) => text.includes("/visit/"));
  assert.ok(link, "the poster's code is read");
  const context = await browser.newContext({
    locale: "zh-CN", viewport: { width: 360, height: 800 },
  });
  const visitor = await context.newPage();
  await visitor.goto(link.text);
  await visitor.fill("#name", "何来");
  await visitor.fill("#phone", "13800000000");
  await visitor.fill("[name=building]", BUILDING);
  await visitor.fill("[name=unit]", "1");
  await visitor.fill("[name=room]", "101");
  await visitor.locator("[name=purpose]").first().check();
  await visitor.locator("main form button").first().click();
  const number = await visitor.locator(".bignumber").textContent();
  await page.goto(`${town.url}/gates/${new URL(link.text).pathname.split("/")[2]}/visits`);
  const card = page.locator("section.card", { hasText: number });
  assert.match(await card.textContent(), /97/);
  await card.locator("button[value=yes]").click();
  const before_answer = await visitor.locator("h1").textContent();
  await visitor.reload();
  assert.notEqual(await visitor.locator("h1").textContent(), before_answer, "the visitor sees it");
  await context.close();
});

/** Presses the keys of a step's part of the fever's form, by name and value, and sends it. */
async function record(step, keys, words = "") {
  const form = page.locator(`#${step}`);
  if (!(await form.isVisible())) await page.locator(`summary:has(+ #${step})`).click();
  for (const [name, value] of Object.entries(keys)) {
    await form.locator(`label.kb:has([name=${step}-${name}][value="${value}"])`).click();
  }
  await form.locator(`[name=${step}-words]`).fill(words);
  await form.getByRole("button").click();
  await page.waitForLoadState();
}

test("a fever is reported by telephone and closed with its outcome", async () => {
  await page.goto(`${compound}/fevers/new`);
  const press = (name, value) =>
    page.locator(`label:has([name=${name}][value="${value}"])`).first().click();
  await page.locator("label:has([name=place])").first().click();
  for (const [name, value] of [["building", BUILDING], ["unit", "1"], ["room", "101"]]) {
    await page.fill(`[name=${name}]`, value);
  }
  await page.getByRole("button", { name: "查房号" }).click();
  await page.locator("label:has([name=person])", { hasText: "赵" }).click();
  for (const [name, value] of [["whole", "38"], ["tenth", "6"], ["way", "ear"]]) {
    await press(name, value);
  }
  await page.locator("label:has([name=reporter])").first().click();
  await page.getByRole("button", { name: "记下，开始计时" }).click();
  await page.waitForURL((url) => /\/fevers\/[0-9a-f-]{36}$/.test(url.pathname));
  const fever = page.url();
  await record("apart", { word: "home", mask: "on", ago: "0" });
  for (const word of ["community", "property", "health_department"]) {
    await record("told", { word, ago: "0" }, "值班室钱某");
  }
  await record("reading", { whole: "38", tenth: "5", way: "ear", ago: "0" });
  await record("hospital", { word: "health_workers", ago: "0" });
  await page.goto(`${compound}/fevers`);
  const open = page.locator(`article a[href='${new URL(fever).pathname}']`);
  assert.equal(await open.count(), 1, "it stays on the board until someone says how it ended");
  await page.goto(fever);
  await record("outcome", { word: "home_cleared", ago: "0" });
  await page.locator("article.fv.done").waitFor();
  assert.match(await page.locator("article header").textContent(), /不是传染病/);
});
