// Every page that the server has, on a phone of 320, there in large type, with type of 200 % and by
// night: nothing runs out of the screen, no text is cut off, what scrolls sideways can be reached
// and is named, axe-core finds nothing. The list is the server's own table of routes.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { follow, shape } from "./pages.mjs";
import { all_sent, browse } from "./support.mjs";
import { open_town, phone_on_duty, sign_in } from "./town.mjs";

const axe_source = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"),
  "utf8");
const SNAPSHOTS = new URL("../../crates/gatehouse-server/tests/it/snapshots/", import.meta.url);
const LIST = new URL("it__pages__list-of-pages.snap", SNAPSHOTS);

/** What the list holds and is no page, or needs what no link leads to; each with why. */
const NO_PAGES = {
  "/console.js": "a script",
  "/style.css": "a style sheet",
  "/healthz": "one word for programs",
  "/metrics": "figures for programs",
  "/gate": "the gate app, which has tests of its own",
  "/gate/": "the gate app",
  "/gate/{*file}": "its files",
  "/my/open/{code}": "leads on at once",
  "/areas/{area}/policy/drafts/{draft}/{file}": "a file to download",
  "/areas/{area}/policy/versions/{document}/{version}/{file}": "a file to download",
  "/visit/{gate}/{visit}": "a visit, looked at in morning.test.mjs",
};
const is_file = (path) => /\.(pdf|xlsx|json)$/.test(path);

const ROLES = ["community_office", "street_command", "administrator", "auditor", "county_command",
  "health_worker", "grid_worker", "shift_lead", "guard"];

const LEDGER = "楼号,门牌,姓名,身份证号,备注\n999,101,王华,,独居\n999,102,,4.4E+17,\n" +
  "999,103,赵国,,\n";

let browser;
let town;
let routes;
/** Pages that first somebody has to make, by the role that does. */
const made = {};
before(async () => {
  const [, , list] = (await readFile(LIST, "utf8")).split("---\n");
  routes = list.trim().split("\n").filter((path) => !is_file(path) && !(path in NO_PAGES));
  town = await open_town();
  browser = await browse();
  await prepare_tray();
  await as("community_office", {}, [], async (page, area) => {
    made.community_office = await prepare_imports(page, area);
  });
  await as("street_command", {}, [], async (page, area) => {
    await page.goto(`${town.url}${area}/policy/replays`);
    await page.locator("main form button.p").first().click();
    await page.waitForURL(/replays\/./);
    made.street_command = [new URL(page.url()).pathname];
    await page.goto(`${town.url}${area}/policy/versions`);
    // Another role comes to this list first, where no document holds.
    const version = page.locator("a[href*='/policy/versions/']").first();
    made.street_command.push(await version.getAttribute("href"));
    await page.locator("form:has(select[name=kept]) button").click();
    await page.waitForURL(/drafts\/./);
    made.street_command.push(new URL(page.url()).pathname);
  });
});
after(async () => {
  await browser?.close();
  town?.close();
});

/** Runs in the page: what runs out of it, is cut off, or scrolls without a name. */
function misfits() {
  const found = new Set();
  const wide = document.documentElement.scrollWidth - innerWidth;
  if (wide > 0) found.add(`scrolls sideways by ${wide}`);
  const region = (node) => {
    for (let up = node; up && up !== document.documentElement; up = up.parentElement) {
      if (["auto", "scroll"].includes(getComputedStyle(up).overflowX)) return up;
    }
    return undefined;
  };
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const text = words.currentNode.data.trim();
    const parent = words.currentNode.parentElement;
    const hidden = ".sr, .skip, svg, option, script, style, noscript";
    if (!text || !parent.checkVisibility() || parent.closest(hidden)) continue;
    const range = document.createRange();
    range.selectNodeContents(words.currentNode);
    const box = range.getBoundingClientRect();
    if (box.width === 0) continue;
    const scrolls = region(parent);
    for (let up = parent; up && up !== scrolls; up = up.parentElement) {
      const edge = up.getBoundingClientRect();
      const cuts = ["hidden", "clip"].includes(getComputedStyle(up).overflowX);
      if (cuts && (box.right > edge.right + 1 || box.left < edge.left - 1)) {
        found.add(`cut off: ${text.slice(0, 30)}`);
      }
    }
    if (!scrolls && (box.right > innerWidth + 1 || box.left < -1)) {
      found.add(`runs out: ${text.slice(0, 30)}`);
    }
  }
  for (const node of document.querySelectorAll("body *")) {
    const scrolls = ["auto", "scroll"].includes(getComputedStyle(node).overflowX) &&
      node.scrollWidth > node.clientWidth + 1;
    const is_named = node.tabIndex >= 0 &&
      (node.hasAttribute("aria-label") || node.hasAttribute("aria-labelledby"));
    if (scrolls && !is_named && !["TEXTAREA", "SELECT"].includes(node.tagName)) {
      found.add(`scrolls without focus or name: ${node.outerHTML.slice(0, 80)}`);
    }
  }
  return [...found];
}

async function faults_of(page, size) {
  if (size) {
    await page.evaluate((size) => { document.documentElement.style.fontSize = size; }, size);
  }
  await page.evaluate(axe_source);
  const found = await page.evaluate(() => window.axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
  }));
  const faults = found.violations
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 140)).join(" | ")}`);
  return faults.concat(await page.evaluate(misfits));
}

/** An import with columns to map, one that was checked and one that is done: their pages. */
async function prepare_imports(page, area) {
  await page.goto(`${town.url}${area}/import`);
  const compound = await page.locator("main ul.rows a").first().getAttribute("href");
  const runs = [];
  for (const steps of [0, 1, 2]) {
    await page.goto(town.url + compound);
    const file = { name: "锦绣苑台账.csv", mimeType: "text/csv", buffer: Buffer.from(LEDGER) };
    await page.setInputFiles("input[type=file]", file);
    await page.locator("form[enctype] button").click();
    await page.waitForURL(/import\/[0-9a-f]{32}/);
    const run = new URL(page.url()).pathname;
    for (const act of ["map", "begin"].slice(0, steps)) {
      await page.locator(`button[name=act][value=${act}]`).first().click();
      for (let tries = 0; await page.locator("progress").count() > 0; tries += 1) {
        assert.ok(tries < 100, "the job does not end");
        await page.waitForTimeout(100);
        await page.goto(town.url + run);
      }
    }
    runs.push(run);
  }
  return [compound, ...runs];
}

/** A phone that is put out of service before it sent its last record: that lies in the tray. */
async function prepare_tray() {
  const phone = await phone_on_duty(town, browser);
  const asked = phone.waitForRequest((one) => one.url().includes("/snapshot?device="));
  await phone.reload();
  const device = new URL((await asked).url()).searchParams.get("device");
  await all_sent(phone);
  await phone.context().setOffline(true);
  await phone.locator("#emergency-key").click();
  await as("shift_lead", {}, [], async (page, area) => {
    await page.goto(`${town.url}${area}/devices`);
    const form = page.locator(`form[action$='/${device}/end']`);
    await page.locator("details", { has: form }).last().locator("summary").click();
    await form.locator("button").click();
    await form.waitFor({ state: "detached" });
  });
  const sent = phone.waitForResponse((one) => one.url().endsWith("/events") && one.ok());
  await phone.context().setOffline(false);
  const { set_aside } = await (await sent).json();
  assert.equal(set_aside[0].reason, "ended_device");
  await phone.context().close();
}

/** The area pages of an account begin there. */
async function home(page) {
  await page.goto(`${town.url}/`);
  const links = page.locator("a[href^='/areas/']");
  if (await links.count() === 0) return undefined;
  return /^\/areas\/[0-9a-f-]+/.exec(await links.first().getAttribute("href"))[0];
}

async function resident(office, area) {
  await office.goto(`${town.url}${area}/people`);
  for (const part of ["households", "persons"]) {
    const next = office.locator(`a[href*='/${part}/']`).first();
    await office.goto(town.url + await next.getAttribute("href"));
  }
  await office.locator("form[action$='/code'] button").click();
  const code = await office.locator("main .fingerprint").first().textContent();
  const page = await office.context().newPage();
  await page.goto(`${town.url}/my/code`);
  await page.locator("main form input:not([type=hidden])").first().fill(code);
  await page.locator("main form button").first().click();
  await page.waitForURL((url) => url.pathname === "/my");
  return page;
}

/** Whatever `act(page, area)` does, with an account of the role signed in. */
async function as(role, options, cookies, act) {
  const context = await browser.newContext({ locale: "zh-CN", ...options });
  await context.addCookies(cookies.map(([name, value]) => ({ name, value, url: town.url })));
  const page = await context.newPage();
  await sign_in(town, page, town.accounts[role]);
  await act(page, await home(page));
  await context.close();
}

const MODES = [
  ["a phone of 320", { viewport: { width: 320, height: 640 } }, [], ""],
  ["a phone of 320 in large type, English", { viewport: { width: 320, height: 640 } },
    [["type", "large"], ["lang", "en"]], ""],
  ["type of 200 %", { viewport: { width: 1280, height: 900 } }, [], "200%"],
  ["night", { viewport: { width: 1280, height: 900 }, colorScheme: "dark" }, [], ""],
];

/** Every page once; `look(path)` says what is wrong with the one that is open. */
async function every_page(options, cookies, look) {
  const done = new Set();
  const faults = [];
  const visit = async (page, from) => {
    await follow(page, town.url, from, done, async (path, status) => {
      if (status !== 200) return;
      done.add(shape(path));
      for (const fault of await look(page)) faults.push(`${path}: ${fault}`);
    });
  };
  const open = (path) => !done.has(path.replaceAll(/\{[^}]+\}/g, "*"));
  for (const role of ROLES) {
    await as(role, options, cookies, async (page, area) => {
      await visit(page, made[role] ?? []);
      if (role === "community_office") {
        await visit(await resident(page, area), ["/my"]);
        await visit(page, ["/login"]);
      }
      const is_of_area = (path) => area && /^[^{]*\{area\}[^{]*$/.test(path);
      const seeds = routes.filter(open).filter((path) => is_of_area(path) || !path.includes("{"))
        .map((path) => path.replace("/areas/{area}", area));
      await visit(page, ["/", ...seeds]);
    });
  }
  const missed = routes.filter(open);
  return { faults, missed };
}

for (const [what, options, cookies, size] of MODES) {
  test(`every page, ${what}: axe-core, width, nothing cut off`, async () => {
    const { faults, missed } = await every_page(options, cookies, (page) => faults_of(page, size));
    assert.deepEqual(missed, [], "pages of the list that nothing leads to");
    assert.deepEqual(faults, []);
  });
}
