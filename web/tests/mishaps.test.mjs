// What happens to forms in real life: pressed twice, gone back to, sent after the session ended or
// after someone else, without a script, with names that are none. Wants a build of the server.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { browse } from "./support.mjs";
import { open_town, sign_in } from "./town.mjs";

let browser;
let town;
before(async () => {
  town = await open_town();
  browser = await browse();
});
after(async () => {
  await browser?.close();
  town?.close();
});

/** A page of the community's office in a context of its own, and the address of its area. */
async function at_desk(options = {}) {
  const context = await browser.newContext({
    locale: "zh-CN", viewport: { width: 1280, height: 900 }, ...options,
  });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  await sign_in(town, page, town.accounts.community_office);
  const area = await page.locator("a[href^='/areas/']").first().getAttribute("href");
  return { page, area: town.url + area };
}

async function typed_report(page, area, words) {
  await page.goto(`${area}/fevers/new`);
  for (const name of ["compound", "place", "reporter"]) {
    await page.locator(`label:has([name=${name}])`).first().click();
  }
  await page.locator("label:has([name=breathless]), label:has([name=cough])").first().click();
  await page.fill("[name=words]", words);
}

const SAVE = { name: "记下，开始计时" };
const fevers = (page) => page.locator("article h2 a").count();

test("a key that is pressed twice, and once more after going back, has one effect", async () => {
  const { page, area } = await at_desk();
  await page.goto(`${area}/fevers`);
  const had = await fevers(page);
  await typed_report(page, area, "按了两下");
  await page.getByRole("button", SAVE).dblclick();
  await page.waitForURL((url) => !url.pathname.endsWith("/new"));
  await page.goto(`${area}/fevers`);
  assert.equal(await fevers(page), had + 1, "twice is once");
  await typed_report(page, area, "又回来按");
  await page.getByRole("button", SAVE).click();
  await page.waitForURL((url) => /\/fevers\/[0-9a-f-]{36}$/.test(url.pathname));
  await page.goBack();
  assert.equal(await page.inputValue("[name=words]"), "又回来按", "what was typed is there");
  await page.getByRole("button", SAVE).click();
  await page.waitForURL((url) => /\/fevers\/[0-9a-f-]{36}$/.test(url.pathname));
  await page.goto(`${area}/fevers`);
  assert.equal(await fevers(page), had + 2, "going back and pressing again adds nothing");
  await typed_report(page, area, "还没报");
  await page.goto(`${area}/fevers`);
  await page.goBack();
  assert.equal(await page.inputValue("[name=words]"), "还没报", "nor is a form unsent lost");
  await page.context().close();
});

test("a session that ends in the middle of a form loses nothing that was typed", async () => {
  const { page, area } = await at_desk();
  await page.goto(`${area}/fevers`);
  const had = await fevers(page);
  const words = "老人自己在家，午饭没吃";
  await typed_report(page, area, words);
  await page.context().clearCookies();
  await page.getByRole("button", SAVE).click();
  await page.locator("section[role=alert]").waitFor();
  const kept = await page.locator("input[name=words]").getAttribute("value");
  assert.equal(kept, words);
  const again = await page.context().newPage();
  await sign_in(town, again, town.accounts.community_office);
  await page.locator("section[role=alert] form button").click();
  await page.waitForURL((url) => /\/fevers\/[0-9a-f-]{36}$/.test(url.pathname));
  assert.match(await page.locator("main").textContent(), new RegExp(words));
  await page.goto(`${area}/fevers`);
  assert.equal(await fevers(page), had + 1);
  await page.context().close();
});

test("without a script the same forms do the same", async () => {
  const { page, area } = await at_desk({ javaScriptEnabled: false });
  await typed_report(page, area, "没有脚本");
  await page.getByRole("button", SAVE).click();
  await page.waitForURL((url) => /\/fevers\/[0-9a-f-]{36}$/.test(url.pathname));
  assert.match(await page.locator("main").textContent(), /没有脚本/);
  await page.context().close();
});

test("what was typed for one step of a fever is kept when another is sent", async () => {
  const { page, area } = await at_desk({ javaScriptEnabled: false });
  await page.goto(`${area}/fevers`);
  await page.locator("article h2 a").first().click();
  const open = async (step) => {
    const part = page.locator(`#${step}`);
    if (!(await part.isVisible())) await page.locator(`summary:has(+ #${step})`).click();
    return part;
  };
  const words = "值班室没人接，等回电";
  const told = await open("told");
  await told.locator("input[maxlength]").fill(words);
  // Enter in a line sends nothing: which step was meant, nobody said.
  await told.locator("input[maxlength]").press("Enter");
  const reading = await open("reading");
  for (const label of ["37", ".9", "耳温"]) {
    await reading.locator("label.kb", { hasText: label }).first().click();
  }
  await reading.getByRole("button", { name: "记下体温" }).click();
  await page.locator("#log", { hasText: "37.9" }).waitFor();
  assert.equal(await page.locator("#told input[maxlength]").inputValue(), words);
  assert.ok(await page.locator("#told").isVisible(), "and it stands open");
  await page.context().close();
});

/** The form about the first person of the first household. */
async function a_person(page, area) {
  await page.goto(`${area}/people`);
  await page.goto(town.url + await page.locator("a[href*='/households/']").first()
    .getAttribute("href"));
  await page.goto(town.url + await page.locator("a[href*='/persons/']").first()
    .getAttribute("href"));
  return `${page.url()}/edit`;
}

test("two who edit the same person: the second is told, and keeps what was typed", async () => {
  const { page, area } = await at_desk();
  const form = await a_person(page, area);
  const other = await page.context().newPage();
  for (const one of [page, other]) await one.goto(form);
  await page.fill("[name=name]", "先改好的");
  await other.fill("[name=name]", "后改的人");
  for (const one of [page, other]) {
    await one.locator("main form:has([name=name]) button.p").click();
    await one.waitForLoadState();
  }
  assert.equal(await other.locator("[name=name]").inputValue(), "后改的人");
  assert.match(await other.locator("[role=alert]").first().textContent(), /先\*/);
  await page.context().close();
});

test("names that are none are refused with a word beside them", async () => {
  const { page, area } = await at_desk();
  const form = await a_person(page, area);
  for (const name of ["张😀三", "张\u202e三", "=1+1", "@SUM(A1)", "<b>张</b>"]) {
    await page.goto(form);
    await page.fill("[name=name]", name);
    await page.locator("main form:has([name=name]) button.p").click();
    await page.waitForLoadState();
    assert.equal(await page.locator("[name=name]").inputValue(), name, "what was typed is there");
    assert.ok(await page.locator("#fault-name").count() > 0, name);
  }
  await page.context().close();
});
