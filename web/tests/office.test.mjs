// Office pages as the community and the street see them: axe-core's rules and no sideways
// scrolling, wide, narrow, in large type and by night. Wants a build of the server.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { faults_of } from "./faults.mjs";
import { follow } from "./pages.mjs";
import { browse } from "./support.mjs";
import { open_town, sign_in } from "./town.mjs";

/** Pages of an area, by the end of their address. `FEVER` is the first fever of the board. */
const PAGES = ["today", "fevers", "FEVER", "fevers/new", "handover", "emergencies", "alarms"];

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

async function signed_in(options, cookies) {
  const context = await browser.newContext({ locale: "zh-CN", ...options });
  const page = await context.newPage();
  const { account, password } = town.accounts.community_office;
  await page.goto(`${town.url}/login`);
  await page.fill("#account", account);
  await page.fill("#password", password);
  await page.locator("main form button").first().click();
  await page.waitForURL((url) => !url.pathname.startsWith("/login"));
  const area = await page.locator("a[href^='/areas/']").first().getAttribute("href");
  await context.addCookies(cookies.map(([name, value]) => ({ name, value, url: town.url })));
  return { page, area: `${town.url}${area}` };
}

async function address(page, area, name) {
  if (name !== "FEVER") return `${area}/${name}`;
  await page.goto(`${area}/fevers`);
  return town.url + await page.locator("article h2 a").first().getAttribute("href");
}

for (const [what, options, cookies] of [
  ["wide", { viewport: { width: 1280, height: 900 } }, []],
  ["a phone of 320", { viewport: { width: 320, height: 640 } }, []],
  ["large type", { viewport: { width: 1280, height: 900 } }, [["type", "large"]]],
  ["night", { viewport: { width: 1280, height: 900 }, colorScheme: "dark" }, []],
  ["English", { viewport: { width: 360, height: 800 } }, [["lang", "en"]]],
]) {
  test(`office pages, ${what}: axe-core and width`, async () => {
    const { page, area } = await signed_in(options, cookies);
    const lang = what === "English" ? "en" : "zh-CN";
    const faults = [];
    for (const name of PAGES) {
      await page.goto(await address(page, area, name));
      assert.equal(await page.getAttribute("html", "lang"), lang, name);
      for (const fault of await faults_of(page)) faults.push(`${name}: ${fault}`);
    }
    await page.context().close();
    assert.deepEqual(faults, []);
  });
}

test("a verdict in a list on a phone is a word, not a column of letters", async () => {
  const { page, area } = await signed_in({ viewport: { width: 320, height: 640 } }, []);
  await page.goto(`${area}/crossings`);
  const chips = await page.locator("td .st").evaluateAll((all) =>
    all.map((chip) => ({ word: chip.textContent.trim(), height: chip.offsetHeight })));
  assert.ok(chips.some(({ word }) => word === "不放行"), "somebody was not let in");
  assert.deepEqual(chips.filter(({ height }) => height > 40), []);
  await page.context().close();
});

/** Faults of each shape of page that the links of an account reach. */
async function faults_behind(role, lang, done) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  await context.addCookies([{ name: "lang", value: lang, url: town.url }]);
  const page = await context.newPage();
  await sign_in(town, page, town.accounts[role]);
  const faults = [];
  await follow(page, town.url, ["/"], done, async (path, status) => {
    if (status !== 200) faults.push(`${path}: ${status}`);
    const shown = await page.getAttribute("html", "lang");
    if (!shown?.startsWith(lang)) faults.push(`${path}: in ${shown}`);
    for (const fault of await faults_of(page)) faults.push(`${path}: ${fault}`);
  });
  await context.close();
  return faults;
}

for (const lang of ["zh", "en"]) {
  test(`every page that the menu and its links reach, ${lang}: axe-core and width`, async () => {
    const done = new Set();
    for (const role of ["community_office", "administrator", "auditor", "guard"]) {
      assert.deepEqual(await faults_behind(role, lang, done), [], role);
    }
    assert.ok(done.size > 30, `${done.size} pages only: do the links still lead somewhere?`);
  });
}

for (const lang of ["zh", "en"]) {
  test(`a resident's pages and a visitor's, ${lang}: axe-core and width`, async () => {
    const { page, area } = await signed_in({}, [["lang", lang]]);
    await page.goto(`${area}/people`);
    for (const part of ["households", "persons"]) {
      const next = page.locator(`a[href*='/${part}/']`).first();
      await page.goto(town.url + await next.getAttribute("href"));
    }
    await page.locator("form[action$='/code'] button").click();
    await page.locator("svg").first().waitFor();
    const faults = await faults_of(page);
    const code = await page.locator("main .fingerprint").first().textContent();
    const context = await browser.newContext({ viewport: { width: 320, height: 640 } });
    await context.addCookies([{ name: "lang", value: lang, url: town.url }]);
    const resident = await context.newPage();
    await resident.goto(`${town.url}/my/code`);
    faults.push(...await faults_of(resident));
    await resident.locator("main form input:not([type=hidden])").first().fill(code);
    await resident.locator("main form button").first().click();
    await resident.waitForURL((url) => url.pathname === "/my");
    await follow(resident, town.url, ["/my"], new Set(), async (path) => {
      for (const fault of await faults_of(resident)) faults.push(`${path}: ${fault}`);
    });
    await page.context().close();
    await context.close();
    assert.deepEqual(faults, []);
  });
}

test("a page of figures hears of a change and asks again by itself", async () => {
  const { page, area } = await signed_in({ viewport: { width: 1280, height: 900 } }, []);
  const stream = page.waitForResponse((answer) => answer.url().endsWith("/today/live"));
  await page.goto(`${area}/today`);
  const kind = (await stream).headers()["content-type"];
  assert.equal(kind, "text/event-stream");
  const other = await page.context().newPage();
  await other.goto(`${area}/fevers`);
  const fever = await other.locator("article h2 a").first().getAttribute("href");
  const again = page.waitForResponse((answer) => answer.url().endsWith("/today"));
  await other.goto(`${town.url}${fever}`);
  const form = other.locator("#reading");
  if (!(await form.isVisible())) await other.locator("summary:has(+ #reading)").click();
  for (const label of ["38", ".1", "耳温"]) {
    await form.locator("label.kb", { hasText: label }).first().click();
  }
  await form.getByRole("button", { name: "记下体温" }).click();
  assert.equal((await again).status(), 200);
  await page.context().close();
});

test("whoever goes back in the browser overwrites nothing and sends nothing twice", async () => {
  const { page, area } = await signed_in({ viewport: { width: 1280, height: 900 } }, []);
  await page.goto(`${area}/people`);
  const home = await page.locator("a[href*='/households/']").first().getAttribute("href");
  await page.goto(town.url + home);
  const grid = page.locator("[name=grid]");
  const save = page.locator("form:has([name=grid]) button").first();
  await grid.fill("第 3 网格");
  await save.click();
  await page.waitForLoadState();
  const other = await page.context().newPage();
  await other.goto(town.url + home);
  await other.locator("[name=grid]").fill("第 4 网格");
  await other.locator("form:has([name=grid]) button").first().click();
  await other.waitForLoadState();
  await page.goBack();
  await grid.fill("第 5 网格");
  await save.click();
  await page.waitForLoadState();
  // Either the page came back as it is now, or what was read before is refused with both values.
  const now = await page.locator("main").innerText();
  const kept = await grid.inputValue();
  assert.ok(kept === "第 5 网格", `${kept}: what was typed is still there`);
  const refused = now.includes("第 4 网格");
  await other.goto(town.url + home);
  assert.equal(await other.locator("[name=grid]").inputValue(),
    refused ? "第 4 网格" : "第 5 网格");

  // An application sent, and sent again from the page before: one waits, not two.
  const apply = async () => {
    const holder = page.locator("input[name=holder][value=household]");
    await holder.check();
    await page.locator("form:has([name=holder]) button").last().click();
    await page.waitForLoadState();
    return page.locator("main").innerText();
  };
  const waiting = async () => {
    await other.goto(`${area}/passes`);
    return other.locator("[name=application]").count();
  };
  const before = await waiting();
  await page.goto(`${area}/passes/apply?household=${home.split("/households/")[1]}`);
  await apply();
  const once = await waiting();
  await page.goBack();
  const told = await apply();
  assert.equal(await waiting(), once, told);
  assert.equal(once, before + 1);
  await page.context().close();
});
