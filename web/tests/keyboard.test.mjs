// A document is changed by keyboard alone, as somebody does who sees no screen or uses no mouse:
// each stop has a name and shows that it is there, a value and a row change, what is wrong is said
// by itself. Wants the same builds as server.test.mjs.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { browse } from "./support.mjs";
import { open_town, sign_in } from "./town.mjs";

const FOLDER = fileURLToPath(new URL("../../policies/zhongxiang-2020-02/", import.meta.url));
/** More stops than any of the pages has. */
const STOPS_MOST = 600;

let browser;
let town;
let page;
before(async () => {
  town = await open_town();
  browser = await browse();
  const context = await browser.newContext({
    locale: "zh-CN", timezoneId: "Asia/Shanghai", viewport: { width: 1280, height: 900 },
  });
  context.setDefaultTimeout(45_000);
  page = await context.newPage();
  await sign_in(town, page, town.accounts.street_command);
  const home = await page.locator("a[href^='/areas/']").first().getAttribute("href");
  await page.goto(`${town.url}${home.match(/^\/areas\/[^/]+/)[0]}/policy`);
  await page.getByRole("link", { name: "写规则、批规则" }).click();
  // Files are chosen in a window of the system's own.
  await page.setInputFiles("[name=policy]", `${FOLDER}policy.toml`);
  await page.setInputFiles("[name=cases]", `${FOLDER}cases.toml`);
  const key = page.getByRole("button", { name: "导入", exact: true });
  await Promise.all([page.waitForEvent("load"), key.click()]);
});
after(async () => {
  await browser?.close();
  town?.close();
});

/** Runs in the page: what the focus is on, by name and look. */
function stop() {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const look = getComputedStyle(at);
  const named = at.getAttribute("aria-labelledby");
  const names = [
    at.getAttribute("aria-label"), named && document.getElementById(named)?.textContent,
    ...[...at.labels ?? []].map((label) => label.textContent),
    at.closest("fieldset")?.querySelector("legend")?.textContent,
    at.matches("a, button, summary") ? at.textContent : null, at.title,
  ];
  return {
    what: `${at.localName} ${at.getAttribute("name") ?? at.getAttribute("href") ?? ""}`,
    name: (names.find((name) => name?.trim()) ?? "").trim().replace(/\s+/g, " "),
    // The key for the calendar in a date's field is the browser's own, and shows by itself.
    is_seen: !at.matches(":focus") || look.outlineStyle !== "none" || look.boxShadow !== "none",
  };
}

/** Goes on by Tab to the stop that is looked for; every stop on the way. */
async function tab_to(wanted) {
  const passed = [];
  for (let stops = 0; stops < STOPS_MOST; stops += 1) {
    await page.keyboard.press("Tab");
    const here = await page.evaluate(stop);
    if (!here) continue;
    passed.push(here);
    if (await page.evaluate((css) => document.activeElement.matches(css), wanted)) return passed;
  }
  const seen = passed.map(({ what, name }) => `${what}: ${name}`).join("\n");
  return assert.fail(`Tab does not come to ${wanted}\n${seen}`);
}

/** Presses Enter where that is answered with a page. */
async function enter() {
  await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
}

function all_are_named(stops) {
  const bare = stops.filter(({ name, is_seen }) => !name || !is_seen);
  assert.deepEqual(bare, [], "stops without a name, or that do not show");
}

test("a value is changed, saved and kept", async () => {
  const stops = await tab_to("[name=p-entrances_most]");
  all_are_named(stops);
  assert.match(stops.at(-1).name, /小区出入口/);
  await page.keyboard.press("Control+A");
  await page.keyboard.type("2");
  all_are_named(await tab_to("form button[type=submit], form button:not([type])"));
  await enter();
  assert.equal(await page.locator("[name=p-entrances_most]").inputValue(), "2");
});

test("a row is switched off and on, and what is wrong is said by itself", async () => {
  // A reader says it when it changes.
  const said = page.locator("[aria-live], [role=status], [role=alert]");
  assert.ok(await said.count() > 0, "nothing on the page is said by itself");
  for (const [word, problem] of [["停用", "配送人员"], ["启用", "没有问题"]]) {
    const key = page.getByRole("button", { name: `${word} ZX/courier`, exact: true });
    await key.evaluate((button) => button.setAttribute("data-wanted", ""));
    await tab_to("[data-wanted]");
    await enter();
    await page.locator("#problems").getByText(problem, { exact: false }).first().waitFor();
  }
});

test("a row's sentence is changed by choices", async () => {
  const link = page.getByRole("link", { name: "改这一条 ZX/stay-in" });
  await link.evaluate((one) => one.setAttribute("data-wanted", ""));
  await tab_to("[data-wanted]");
  await enter();
  all_are_named(await tab_to("[name=effect]"));
  for (let tries = 0; await page.locator("[name=effect]").inputValue() !== "grant"; tries += 1) {
    assert.ok(tries < 20, "the arrows do not come to it");
    await page.keyboard.press(tries < 10 ? "ArrowUp" : "ArrowDown");
  }
  all_are_named(await tab_to("[name=source]"));
  await page.keyboard.press("Control+A");
  await page.keyboard.type("本地自定");
  const save = page.getByRole("button", { name: "保存并检查", exact: true });
  await save.evaluate((button) => button.setAttribute("data-wanted", ""));
  all_are_named(await tab_to("[data-wanted]"));
  await enter();
  await page.locator("#problems").waitFor();
  const row = page.getByRole("link", { name: "改这一条 ZX/stay-in" });
  await row.waitFor();
});
