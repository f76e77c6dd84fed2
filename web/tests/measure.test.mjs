// How a temperature is measured (GATE-6), as the guard does it: which thermometer is said once at
// the start of the shift, changed in one touch beside the keys, and never in the way. The core is
// the one that ships; what it wrote is read out of the events that the server got.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { frame_svg } from "./pictures.mjs";
import {
  all_sent, all_stored, browse, build_with_core, give_pin, open_page, screen, serve, start_shift,
} from "./support.mjs";

const file = new URL("../../testdata/gate/compound-v1.json", import.meta.url);
const held = JSON.parse(await readFile(file, "utf8"));
/** Positions of `temperature_way` in events, and what stands there where nobody said. */
const EAR = 0x01;
const WRIST = 0x03;
const UNSAID = 0xf6;

let browser;
let dist;
before(async () => {
  dist = build_with_core();
  browser = await browse();
});
after(() => browser?.close());

const button = (page, name) => page.getByRole("button", { name, exact: true });
const chosen = (page) => page.locator(".thermometer [aria-pressed=true]").allTextContents();

/** A phone of the compound's gate, on the first screen. */
async function phone(t, options = {}) {
  const server = await serve(dist);
  Object.assign(server.state, {
    registered: { device: held.device, shard: 1, root_key_base64: held.root_key_base64 },
    gate: held.gate,
    staff: "00000000-0000-4000-8000-000000000001",
    snapshot: Buffer.from(held.lists.henan, "base64"),
    now: () => held.moment_millis,
  });
  const page = await open_page(browser, server.url, options, held.moment_millis);
  t.after(async () => {
    await page.context().close();
    await server.close();
    assert.deepEqual(page.troubles, [], "the page reported errors");
  });
  return { page, server: server.state };
}

/** Starts the shift having said which thermometer is in use. */
async function on_duty_with(page, thermometer) {
  await button(page, "锦绣苑 · 东门").click();
  await button(page, "李师傅").click();
  await page.getByLabel("口罩戴好了").check();
  await page.getByLabel("袖标戴好了").check();
  await button(page, thermometer).click();
  await button(page, "开始值守").click();
  await give_pin(page);
  await screen(page, "scan");
  await page.getByText("名单 刚更新").waitFor();
}

async function scan_wang(page) {
  await screen(page, "scan");
  await page.evaluate((url) => window.show_to_camera(url), frame_svg(held.codes.wang));
  await page.locator("body:not([data-screen=scan])").waitFor();
  await page.evaluate(() => window.show_to_camera(null));
}

/** Taps a high reading, 37.3 and above. */
async function high(page, reading) {
  await button(page, "37.3 以上").click();
  await button(page, reading).click();
}

/** Whether an event holds a reading of so many tenths, taken this way, at the list's moment. */
function holds(events, tenths, way) {
  const at = Buffer.alloc(9);
  at[0] = 0x1b;
  at.writeBigUInt64BE(BigInt(held.moment_millis), 1);
  const reading = Buffer.concat([
    Buffer.from([0x83, 0x19, tenths >> 8, tenths & 0xff, way]), at,
  ]);
  return events.some((event) => Buffer.from(event, "base64").includes(reading));
}

test("said at the start of the shift, changed in one touch, recorded each time", async (t) => {
  const { page, server } = await phone(t);
  await on_duty_with(page, "耳温");
  await scan_wang(page);
  assert.deepEqual(await chosen(page), ["耳温"], "kept from the start of the shift");
  await high(page, "37.8");
  await page.locator(".rest").waitFor();
  await button(page, "腕温").click();
  await all_stored(page);
  assert.deepEqual(await chosen(page), ["腕温"]);
  await high(page, "37.9");
  await screen(page, "refer");
  await button(page, "已接手").click();
  await all_sent(page);
  assert.ok(holds(server.received, 378, EAR), "the first by the ear");
  assert.ok(holds(server.received, 379, WRIST), "the second at the wrist");
  // The next person, and the next start of the app, find it as it was left.
  await page.reload();
  await scan_wang(page);
  assert.deepEqual(await chosen(page), ["腕温"]);
  await button(page, "点错了").click();
  await button(page, "更多").click();
  await button(page, "交班").click();
  await screen(page, "hand_over");
  await button(page, "交班").click();
  await screen(page, "shift");
  assert.deepEqual(await chosen(page), ["腕温"], "the next shift finds it too");
});

test("a guard who says nothing is not held up, and nothing is made up", async (t) => {
  const { page, server } = await phone(t);
  await start_shift(page);
  await page.getByText("名单 刚更新").waitFor();
  await scan_wang(page);
  assert.deepEqual(await chosen(page), []);
  await high(page, "37.8");
  await high(page, "37.9");
  await screen(page, "refer");
  await button(page, "已接手").click();
  await all_sent(page);
  assert.ok(holds(server.received, 378, UNSAID));
  assert.ok(holds(server.received, 379, UNSAID));
});

for (const [kind, settings] of [["day", []], ["large", ["大字"]], ["night", ["夜间"]]]) {
  test(`the temperature step on 360 × 640, ${kind}: keys for gloves`, async (t) => {
    const { page } = await phone(t, { viewport: { width: 360, height: 640 } });
    await button(page, "锦绣苑 · 东门").waitFor();
    await button(page, "更多").click();
    for (const setting of settings) await button(page, setting).click();
    await button(page, "返回").click();
    const shot = async (name) => {
      if (!process.env.SHOTS) return;
      await page.screenshot({ path: `${process.env.SHOTS}/measure-${kind}-${name}.png` });
      await page.locator("#main").evaluate((main) => main.scrollTo(0, main.scrollHeight));
      await page.screenshot({ path: `${process.env.SHOTS}/measure-${kind}-${name}-end.png` });
    };
    await button(page, "锦绣苑 · 东门").click();
    await screen(page, "shift");
    await page.locator(".thermometer button").first().waitFor();
    await shot("shift");
    await button(page, "李师傅").click();
    await page.getByLabel("口罩戴好了").check();
    await page.getByLabel("袖标戴好了").check();
    await button(page, "开始值守").click();
    await give_pin(page);
    await page.getByText("名单 刚更新").waitFor();
    await scan_wang(page);
    await shot("unsaid");
    const keys = page.locator(".thermometer button");
    for (const key of await keys.all()) {
      const box = await key.boundingBox();
      assert.ok(box.width >= 60 && box.height >= 60, `${box.width} × ${box.height}`);
      assert.ok(box.x >= 0 && box.x + box.width <= 360);
    }
    await button(page, "额温").click();
    await button(page, "36.5").click();
    await screen(page, "admit");
    // Said once, the keys of the reading come first.
    await button(page, "点错了").click();
    await scan_wang(page);
    await shot("said");
    assert.deepEqual(await chosen(page), ["额温"]);
    const [reading, way] = [await button(page, "36.5").boundingBox(),
      await button(page, "额温").boundingBox()];
    assert.ok(reading.y < way.y);
  });
}
