// Every card of the demo's sheet in front of the camera: with the answers that the card names, the
// screen ends at the verdict that is printed on it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { all_stored, browse, screen } from "./support.mjs";
import { in_frame, open_town, phone_on_duty } from "./town.mjs";

let town;
let browser;
before(async () => {
  town = await open_town();
  browser = await browse();
});
after(async () => {
  await browser?.close();
  town?.close();
});

const STEPS_MOST = 12;

/** The cards as printed. */
function cards() {
  const parts = town.sheet.split('<section class="card">').slice(1);
  return parts.map((text) => {
    const line = (name) => new RegExp(`class="${name}[^>]*>([^<]*)<`).exec(text)?.[1].trim();
    const plain = [...text.matchAll(/<div>([^<]+)<\/div>/g)].map(([, words]) => words.trim());
    return {
      letter: line("letter"), title: line("kind"), svg: text,
      verdict: /class="verdict (\w+)"/.exec(text)[1], door: plain[1] ?? "",
      surname: (plain[0] ?? "")[0],
      readings: [...text.matchAll(/第一次量 ([\d.]+)，坐一会儿再量 ([\d.]+)/g)][0]?.slice(1, 3),
    };
  });
}

/** What the one with this card answers; they have all that gates usually ask for. */
async function answer(page, card) {
  const control = page.locator(".steps .control, .steps + .control").first();
  const fact = await control.getAttribute("data-fact");
  const away = card.title === "别的小区的证";
  const tap = (name) => control.getByRole("button", { name, exact: true }).click();
  switch (fact) {
    case "temperature":
      return reading(control, card.readings?.[0] ?? "36.5");
    case "second_temperature":
      return reading(control, card.readings?.[1] ?? "36.5");
    case "registered_resident":
      return away ? tap("不是这里的住户") : look_up(page, card);
    case "subject_kind":
      return tap(away ? "访客" : "住户");
    case "special_reason":
    case "host_consent":
    case "host_escort":
      return control.getByRole("button").nth(away ? 1 : 0).click();
    case "registered_now":
      return write_down(page);
    case "papers":
      await control.getByRole("button").first().click();
      return tap("选好了");
    case "plate":
      await control.getByRole("textbox").fill("豫A12345");
      return tap("接着办");
    default:
      // Whatever else is asked has its yes, or its first choice, first.
      return control.getByRole("button").first().click();
  }
}

async function reading(control, celsius) {
  const keys = control.getByRole("button", { name: celsius, exact: true });
  if (await keys.count() === 0) await control.locator(".turn").last().click();
  await keys.click();
}

async function look_up(page, card) {
  const [building, unit, room] = card.door.match(/\d+/g);
  await page.getByRole("button", { name: "查房号", exact: true }).click();
  await page.getByLabel("楼栋").fill(building);
  await page.getByLabel("单元").fill(room ? unit : "");
  await page.getByLabel("房号").fill(room ?? unit);
  await page.getByLabel("姓", { exact: true }).fill(card.surname);
  await page.getByRole("button", { name: "查房号", exact: true }).click();
}

async function write_down(page) {
  await page.getByRole("button", { name: "登记来人", exact: true }).click();
  await page.getByRole("button", { name: "王", exact: true }).click();
  for (const digit of "15400000009") {
    await page.getByRole("button", { name: digit, exact: true }).click();
  }
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/register.png` });
  await page.getByRole("button", { name: "登记好了", exact: true }).click();
}

const shown = (page) => page.evaluate(() => document.body.dataset.screen);

/** Goes on until nothing is asked any more; the verdict at the end and the facts asked. */
async function play(page, card) {
  await page.evaluate((url) => window.show_to_camera(url), in_frame(card.svg));
  await page.locator("body:not([data-screen=scan])").waitFor({ timeout: 20_000 });
  await page.evaluate(() => window.show_to_camera(null));
  const asked = [];
  for (let step = 0; step < STEPS_MOST; step += 1) {
    const wants = page.locator(".steps .control").first();
    if ((await wants.count()) === 0) break;
    const fact = await wants.getAttribute("data-fact");
    if (asked.at(-1) === fact) break;
    asked.push(fact);
    await answer(page, card);
    await page.locator("body:not([data-screen=lookup], [data-screen=register])").waitFor();
    await all_stored(page);
    await page.waitForFunction((before) => {
      const control = document.querySelector(".steps .control");
      return !control || control.dataset.fact !== before;
    }, fact, { timeout: 5_000 }).catch(() => {});
  }
  return { verdict: await shown(page), asked };
}

test("each card of the sheet ends at the verdict that is printed on it", async (t) => {
  const page = await phone_on_duty(town, browser);
  const all = cards();
  assert.equal(all.length, 14, all.map((card) => card.letter).join());
  for (const card of all) {
    await t.test(`${card.letter} ${card.title}`, async () => {
      const { verdict, asked } = await play(page, card);
      if (process.env.SHOTS) {
        await page.screenshot({ path: `${process.env.SHOTS}/card-${card.letter}.png` });
      }
      await page.getByRole("button", { name: "点错了", exact: true }).click();
      await screen(page, "scan");
      assert.equal(verdict, card.verdict, `asked: ${asked.join(", ")}`);
    });
  }
  assert.deepEqual(page.troubles, []);
});
