// What a guard sees: four verdicts told apart without colour, targets for gloves, no sideways
// scrolling, large type, night, and axe-core's rules.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { frame_svg, pass_like } from "./pictures.mjs";
import {
  browse, build_with_mock, give_pin, open_page, screen, serve, start_shift, type_pin,
  unplug,
} from "./support.mjs";

const axe_source = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"),
  "utf8");
const VERDICTS = ["admit", "ask", "refuse", "refer"];
/** Smallest side of anything that is tapped, in CSS pixels. */
const TARGET_LEAST = 60;

let browser;
let server;
before(async () => {
  server = await serve(build_with_mock());
  browser = await browse();
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const button = (page, name) => page.getByRole("button", { name, exact: true });

async function show(page, verdict) {
  const picture = frame_svg(pass_like(verdict.toUpperCase()));
  await page.evaluate((url) => window.show_to_camera(url), picture);
  await screen(page, verdict);
  await page.evaluate(() => window.show_to_camera(null));
}

/** Every screen a guard can come to, by name; each ends back on the scan screen. */
/** Forms, from which the back key leads out. */
const FORMS = ["room", "plate", "lookup", "card", "menu", "reason", "register", "recent", "amend"];

const SCREENS = {
  scan: async () => undefined,
  ...Object.fromEntries(VERDICTS.map((verdict) => [verdict, (page) => show(page, verdict)])),
  fever: (page) => button(page, "有人发热").click(),
  visitor: async (page) => {
    await button(page, "访客").click();
    await button(page, "不知道，先办").click();
  },
  room: (page) => button(page, "快递外卖").click(),
  asking: async (page) => {
    await show(page, "ask");
    await button(page, "36.5").click();
    await button(page, "办好了").waitFor();
  },
  courier: async (page) => {
    await button(page, "快递外卖").click();
    await button(page, "不知道，先办").click();
    await button(page, "登记来人").waitFor();
  },
  register: async (page) => {
    await SCREENS.courier(page);
    await button(page, "登记来人").click();
  },
  choose: async (page) => {
    await button(page, "没带证").click();
    await page.getByLabel("楼栋").fill("6");
    await page.getByLabel("房号").fill("302");
    await button(page, "王").click();
    await button(page, "查房号").click();
    await screen(page, "choose");
  },
  recent: async (page) => {
    await show(page, "admit");
    await button(page, "放行，下一位").click();
    await button(page, "更多").click();
    await button(page, "今天的通行记录").click();
    await button(page, "更正").first().waitFor();
  },
  amend: async (page) => {
    await SCREENS.recent(page);
    await button(page, "更正").first().click();
  },
  offline: async (page) => {
    await unplug(page);
    await show(page, "admit");
    await button(page, "放行，下一位").click();
    await page.getByText("没网 · 存了", { exact: false }).waitFor();
    await show(page, "refuse");
  },
  plate: (page) => button(page, "车辆").click(),
  lookup: (page) => button(page, "没带证").click(),
  card: (page) => button(page, "输卡号").click(),
  reason: async (page) => {
    await show(page, "refuse");
    await button(page, "还是放行").click();
  },
  high: async (page) => {
    await show(page, "ask");
    await button(page, "37.3 以上").click();
  },
  menu: (page) => button(page, "更多").click(),
  emergency: (page) => page.locator("#emergency-key").click(),
};

async function back_to_scan(page, name) {
  if (FORMS.includes(name)) await button(page, "返回").click();
  if (name === "offline") await page.context().setOffline(false);
  if (name === "emergency") await button(page, "下一位").click();
  else if (name !== "scan" && (await page.locator("body").getAttribute("data-screen")) !== "scan") {
    await button(page, "点错了").click();
  }
  await screen(page, "scan");
}

/** Opens a page on the scan screen in the given size, type and theme. */
async function prepared(options, settings = {}) {
  server.state.received.length = 0; // a new phone's chain begins at 1
  const page = await open_page(browser, server.url, options);
  await start_shift(page);
  if (settings.large || settings.theme) {
    await button(page, "更多").click();
    if (settings.theme === "night") await button(page, "夜间").click();
    if (settings.theme === "day") await button(page, "白天").click();
    if (settings.large) await button(page, "大字").click();
    await button(page, "返回").click();
    await screen(page, "scan");
  }
  return page;
}

/** What is smaller than a glove can hit, or reaches beyond the side of the screen. */
function faults_of_layout(least) {
  const faults = [];
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > wide) faults.push("the page scrolls sideways");
  const main = document.getElementById("main");
  if (main.scrollWidth > main.clientWidth) faults.push("the main part scrolls sideways");
  for (const one of document.querySelectorAll("button, a[href], input, label.tick")) {
    if (one.type === "checkbox" || one.checkVisibility?.() === false) continue;
    const box = one.getBoundingClientRect();
    const name = one.textContent.trim() || one.getAttribute("aria-label") || one.tagName;
    if (box.width < least - 0.5 || box.height < least - 0.5) {
      faults.push(`${name}: ${box.width.toFixed(1)} × ${box.height.toFixed(1)}`);
    }
    if (box.left < -0.5 || box.right > wide + 0.5) faults.push(`${name}: beyond the side`);
    if (one.scrollWidth > one.clientWidth + 1 && one.tagName !== "INPUT") {
      faults.push(`${name}: its words do not fit`);
    }
  }
  return faults;
}

async function violations(page) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe_source);
  const found = await page.evaluate(() => window.axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  }));
  return found.violations.map(({ id, nodes }) =>
    `${id}: ${nodes.map((node) => node.html.slice(0, 120)).join(" | ")}`);
}

for (const [name, options, settings] of [
  ["a phone of 360 × 800", { viewport: { width: 360, height: 800 } }, {}],
  ["an old phone of 320 × 568", { viewport: { width: 320, height: 568 } }, {}],
  ["320 px in large type", { viewport: { width: 320, height: 640 } }, { large: true }],
  ["night", { viewport: { width: 360, height: 800 } }, { theme: "night" }],
  ["a tablet", { viewport: { width: 1024, height: 768 } }, {}],
  ["a phone on its side", { viewport: { width: 800, height: 360 } }, {}],
]) {
  test(`every screen on ${name}: axe-core, targets, width`, async () => {
    const page = await prepared(options, settings);
    const faults = [];
    for (const [place, go] of Object.entries(SCREENS)) {
      await go(page);
      for (const fault of await page.evaluate(faults_of_layout, TARGET_LEAST)) {
        faults.push(`${place}: ${fault}`);
      }
      for (const violation of await violations(page)) faults.push(`${place}: ${violation}`);
      if (process.env.SHOTS) {
        const kind = name.replace(/\W+/g, "-");
        await page.screenshot({ path: `${process.env.SHOTS}/${kind}-${place}.png` });
      }
      await back_to_scan(page, place);
    }
    assert.deepEqual(faults, []);
    assert.deepEqual(page.troubles, []);
    await page.context().close();
  });
}

test("first start, shift start and English: axe-core, targets, width", async () => {
  const page = await open_page(browser, server.url, { viewport: { width: 320, height: 640 } });
  const faults = [];
  const look = async (place) => {
    for (const fault of await page.evaluate(faults_of_layout, TARGET_LEAST)) {
      faults.push(`${place}: ${fault}`);
    }
    for (const violation of await violations(page)) faults.push(`${place}: ${violation}`);
  };
  await button(page, "锦绣苑 · 东门").waitFor();
  await look("first start");
  await button(page, "更多").click();
  await button(page, "English").click();
  await look("menu in English");
  await button(page, "More").click();
  await button(page, "锦绣苑 · 东门").click();
  await button(page, "李师傅").waitFor();
  await look("shift start");
  assert.ok(await button(page, "Start shift").isDisabled(), "somebody has to be on duty");
  await button(page, "李师傅").click();
  await button(page, "Start shift").click();
  await button(page, "Start without").waitFor();
  await look("shift start without a mask");
  await button(page, "额温").click();
  await button(page, "Start without").click();
  await screen(page, "pin");
  await look("choosing a PIN in English");
  await give_pin(page);
  await screen(page, "scan");
  await look("scan in English");
  await show(page, "refuse");
  assert.equal(await page.locator("h1").textContent(), "Do not let through");
  await look("refuse in English");
  assert.deepEqual(faults, []);
  await page.context().close();
});

const words_of = async (lang) => {
  const file = new URL(`../gate/src/words/${lang}.json`, import.meta.url);
  return JSON.parse(await readFile(file, "utf8"));
};
const WORDS = { zh: await words_of("zh"), en: await words_of("en") };

/** Handing over and every face of the PIN, in order; each step comes from the one before. */
const HAND_OVER = (page, word) => ({
  "handing over": async () => {
    await button(page, word("menu")).click();
    await button(page, word("shift_end")).click();
    await screen(page, "hand_over");
  },
  "a note for whoever comes": () =>
    page.getByLabel(word("hand_over_note")).fill("2 号楼电梯停了"),
  "who comes": async () => {
    await button(page, word("shift_end")).click();
    await screen(page, "shift");
  },
  "asked for the PIN": async () => {
    await button(page, "李师傅").click();
    await page.getByLabel(word("shift_mask")).check();
    await page.getByLabel(word("shift_armband")).check();
    await button(page, word("shift_start")).click();
    await screen(page, "pin");
  },
  "a wrong PIN": async () => {
    await type_pin(page, "9999");
    const said = page.locator(".flag", { hasText: /\S/ });
    await said.waitFor();
    const box = await said.boundingBox();
    const main = await page.locator("main").boundingBox();
    assert.ok(box.y >= main.y && box.y + box.height <= main.y + main.height,
      "what was wrong is in sight where the key was tapped");
  },
  "a wait": async () => {
    for (let nth = 0; nth < 4; nth += 1) {
      await type_pin(page, "9999");
      await page.locator(".flag", { hasText: nth < 3 ? word("pin_wrong") : /\d/ }).waitFor();
    }
  },
  "a forgotten PIN": () => button(page, word("pin_forgot")).click(),
});

for (const [name, width, settings] of [
  ["an old phone of 320 × 568", 568, {}],
  ["320 px in large type at night", 640, { large: true, theme: "night" }],
  ["320 px in English, large", 640, { large: true, lang: "en" }],
]) {
  test(`PIN and handing over on ${name}: axe-core, targets, width`, async () => {
    const page = await prepared({ viewport: { width: 320, height: width } }, settings);
    const word = (key) => WORDS[settings.lang ?? "zh"][key];
    if (settings.lang) {
      await button(page, "更多").click();
      await button(page, "English").click();
      await button(page, word("back")).click();
    }
    const faults = [];
    const steps = Object.entries(HAND_OVER(page, word));
    for (const [at, [place, go]] of steps.entries()) {
      await go();
      for (const fault of await page.evaluate(faults_of_layout, TARGET_LEAST)) {
        faults.push(`${place}: ${fault}`);
      }
      for (const violation of await violations(page)) faults.push(`${place}: ${violation}`);
      if (process.env.SHOTS) {
        const kind = name.replace(/\W+/g, "-");
        const path = `${process.env.SHOTS}/hand-over-${kind}-${at}.png`;
        await page.screenshot({ path, fullPage: true });
      }
    }
    assert.deepEqual(faults, []);
    assert.deepEqual(page.troubles, []);
    await page.context().close();
  });
}

test("enrolment and a second page of the app: axe-core, targets, width", async () => {
  const page = await prepared({ viewport: { width: 320, height: 640 } });
  const second = await page.context().newPage();
  await second.goto(server.url);
  await second.getByText("编号 page").waitFor();
  server.state.logged_in = false;
  const stranger = await open_page(browser, server.url);
  await stranger.getByText("六个数字").first().waitFor();
  server.state.logged_in = true;
  const faults = [];
  for (const [place, one] of [["second page", second], ["enrolment", stranger]]) {
    for (const fault of await one.evaluate(faults_of_layout, TARGET_LEAST)) {
      faults.push(`${place}: ${fault}`);
    }
    for (const violation of await violations(one)) faults.push(`${place}: ${violation}`);
  }
  assert.deepEqual(faults, []);
  await stranger.context().close();
  await page.context().close();
});

test("large type is larger: body text of at least 24 px", async () => {
  const page = await prepared({ viewport: { width: 360, height: 800 } }, { large: true });
  await show(page, "refuse");
  const size = await page.evaluate(() =>
    Number.parseFloat(getComputedStyle(document.querySelector(".list li")).fontSize));
  assert.ok(size >= 23.5, `${size} px`);
  await page.context().close();
});

/** Runs in a page: what a picture of a verdict shows apart from its hues. */
async function signature([verdict, sign]) {
  const read = async (base64) => {
    const blob = await (await fetch(`data:image/png;base64,${base64}`)).blob();
    const bitmap = await createImageBitmap(blob);
    const canvas = Object.assign(document.createElement("canvas"),
      { width: bitmap.width, height: bitmap.height });
    const context = canvas.getContext("2d");
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
    const light = (x, y) => {
      const at = (Math.round(y) * bitmap.width + Math.round(x)) * 4;
      return 0.2126 * data[at] + 0.7152 * data[at + 1] + 0.0722 * data[at + 2];
    };
    return { width: bitmap.width, height: bitmap.height, light };
  };
  const panel = await read(verdict);
  // Changes between light and dark along a line: none on a plain edge, many on a pattern.
  const changes = (y) => {
    let count = 0;
    for (let x = 1; x < panel.width; x += 1) {
      if (Math.abs(panel.light(x, y) - panel.light(x - 1, y)) > 18) count += 1;
    }
    return count;
  };
  const shape = await read(sign);
  const ground = shape.light(1, 1);
  const mask = [];
  for (let row = 0; row < 24; row += 1) {
    for (let column = 0; column < 24; column += 1) {
      const x = ((column + 0.5) / 24) * shape.width;
      const y = ((row + 0.5) / 24) * shape.height;
      mask.push(Math.abs(shape.light(x, y) - ground) > 40 ? 1 : 0);
    }
  }
  return { top: changes(7), bottom: changes(panel.height - 7), ground: panel.light(3, 40), mask };
}

for (const type of ["achromatopsia", "protanopia", "deuteranopia", "tritanopia"]) {
  test(`four verdicts told apart with ${type}`, async () => {
    const page = await prepared({ viewport: { width: 360, height: 800 } });
    const devtools = await page.context().newCDPSession(page);
    await devtools.send("Emulation.setEmulatedVisionDeficiency", { type });
    const reader = await page.context().newPage();
    const seen = {};
    for (const verdict of VERDICTS) {
      await show(page, verdict);
      const panel = (await page.locator(".verdict").screenshot()).toString("base64");
      const sign = (await page.locator(".shape").screenshot()).toString("base64");
      if (process.env.SHOTS) {
        await page.screenshot({ path: `${process.env.SHOTS}/${type}-${verdict}.png` });
      }
      seen[verdict] = await reader.evaluate(signature, [panel, sign]);
      await back_to_scan(page, verdict);
    }
    // Patterns: plain, dots below, stripes above and below, bars below.
    const patterns = VERDICTS.map((verdict) => [seen[verdict].top > 8, seen[verdict].bottom > 8]);
    assert.deepEqual(patterns, [[false, false], [false, true], [true, true], [false, true]]);
    // Dots and bars: their numbers differ, and so do their grounds.
    assert.ok(Math.abs(seen.ask.bottom - seen.refer.bottom) >= 6,
      `${seen.ask.bottom} and ${seen.refer.bottom} changes`);
    assert.ok(seen.ask.ground - Math.max(seen.admit.ground, seen.refer.ground) > 60);
    for (const [at, one] of VERDICTS.entries()) {
      for (const other of VERDICTS.slice(at + 1)) {
        const differs = seen[one].mask.filter((dot, i) => dot !== seen[other].mask[i]).length;
        assert.ok(differs > 40, `shapes of ${one} and ${other} differ in ${differs} of 576`);
      }
    }
    await page.context().close();
  });
}

test("five sounds, no two alike", async () => {
  const source = await readFile(new URL("../gate/src/sound.ts", import.meta.url), "utf8");
  const lines = [...source.matchAll(/^ {2}(admit|ask|refuse|refer|emergency): (\[\[.*\]\]),$/gm)];
  assert.equal(lines.length, 5);
  assert.equal(new Set(lines.map((line) => line[2])).size, 5);
});
