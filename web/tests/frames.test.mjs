// The scanner on frames as phones see them: blur, glare, tilt, small codes, a screen's pixel grid;
// and on a real stream of Chromium's fake camera device.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { draw_hard_frame, frame_svg, HARD_FRAMES, modules, pass_like } from "./pictures.mjs";
import {
  browse, build_with_mock, film, open_page, screen, serve, start_shift,
} from "./support.mjs";

/** Of twenty frames (issue 2, §6). */
const READ_LEAST = 18;

let server;
before(async () => {
  server = await serve(build_with_mock());
});
after(() => server?.close());

test(`of ${HARD_FRAMES.length} hard frames at least ${READ_LEAST} are read`, async () => {
  assert.equal(HARD_FRAMES.length, 20);
  const browser = await browse();
  try {
    const page = await open_page(browser, server.url);
    await start_shift(page);
    const rows = modules(pass_like("ADMIT"));
    assert.equal(rows.length, 53, "as dense as a resident's card");
    const unread = [];
    for (const fault of HARD_FRAMES) {
      const url = await page.evaluate(draw_hard_frame, { rows, fault });
      if (process.env.KEEP_FRAMES) {
        const file = join(process.env.KEEP_FRAMES, `${fault.name}.png`);
        writeFileSync(file, Buffer.from(url.split(",")[1], "base64"));
      }
      await page.evaluate((picture) => window.show_to_camera(picture), url);
      try {
        await page.locator("body[data-screen=admit]").waitFor({ timeout: 3_000 });
        await page.evaluate(() => window.show_to_camera(null));
        await page.getByRole("button", { name: "点错了" }).click();
        await screen(page, "scan");
      } catch {
        unread.push(fault.name);
      }
    }
    const read = HARD_FRAMES.length - unread.length;
    console.log(`read ${read} of ${HARD_FRAMES.length}; not: ${unread.join(", ") || "-"}`);
    assert.ok(read >= READ_LEAST, `not read: ${unread.join(", ")}`);
    assert.deepEqual(page.troubles, []);
  } finally {
    await browser.close();
  }
});

test("a frame without a code gives no verdict, and the page stays quick", async () => {
  const browser = await browse();
  try {
    const page = await open_page(browser, server.url);
    await start_shift(page);
    // Longest pause of the page's own thread while frames are being read.
    const longest = await page.evaluate(() => new Promise((resolve) => {
      let last = performance.now();
      let most = 0;
      const end = last + 2_000;
      const look = () => {
        const now = performance.now();
        most = Math.max(most, now - last);
        last = now;
        if (now > end) resolve(most);
        else setTimeout(look, 0);
      };
      look();
    }));
    assert.equal(await page.locator("body").getAttribute("data-screen"), "scan");
    assert.ok(longest < 200, `the page stood still for ${Math.round(longest)} ms`);
  } finally {
    await browser.close();
  }
});

test("a code in a file stream of Chromium's own fake camera", async () => {
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-camera-"));
  const browser = await browse(await film(frame_svg(pass_like("REFER")), folder));
  try {
    const context = await browser.newContext({ permissions: ["camera"],
      viewport: { width: 360, height: 800 }, timezoneId: "Asia/Shanghai", locale: "zh-CN" });
    const scanning = await context.newPage();
    await scanning.goto(server.url);
    await start_shift(scanning);
    await screen(scanning, "refer");
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
});
