// Office pages as the community and the street see them: axe-core's rules and no sideways
// scrolling, wide, narrow, in large type and by night. Wants a build of the server.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { browse } from "./support.mjs";
import { open_town } from "./town.mjs";

const axe_source = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"),
  "utf8");

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

async function faults_of(page) {
  await page.evaluate(axe_source);
  const found = await page.evaluate(() => window.axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
  }));
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  return found.violations
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 140)).join(" | ")}`)
    .concat(wide > 0 ? [`scrolls sideways by ${wide}`] : []);
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
    const faults = [];
    for (const name of PAGES) {
      await page.goto(await address(page, area, name));
      for (const fault of await faults_of(page)) faults.push(`${name}: ${fault}`);
    }
    await page.context().close();
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
  const form = other.locator("#reading form");
  for (const label of ["38", ".1", "耳温"]) {
    await form.locator("label.kb", { hasText: label }).first().click();
  }
  await form.getByRole("button", { name: "记下体温" }).click();
  assert.equal((await again).status(), 200);
  await page.context().close();
});
