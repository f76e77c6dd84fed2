// Everything together: the binary with its demo town, a sign-in, a phone that is enrolled, a pass
// of the demo sheet in front of the camera, the server's second decision, a record.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { all_sent, browse, screen } from "./support.mjs";
import { in_frame, open_town, phone_on_duty } from "./town.mjs";

let town;
before(async () => {
  town = await open_town();
});
after(() => town?.close());

test("the demo town: enrol, scan, measure, let through, recorded; an emergency", async () => {
  const browser = await browse();
  try {
    const page = await phone_on_duty(town, browser);
    await page.evaluate((url) => window.show_to_camera(url), in_frame(town.sheet));
    await screen(page, "ask");
    await page.evaluate(() => window.show_to_camera(null));
    await page.getByRole("button", { name: "36.5", exact: true }).click();
    await screen(page, "admit");
    const answered = page.waitForResponse((response) => response.url().endsWith("/events"));
    await page.locator(".acts .main").click();
    const reply = await (await answered).json();
    assert.deepEqual(reply.set_aside, []);
    assert.equal(reply.answers.at(-1).verdict, "admit", "the server decides the same");
    await all_sent(page);
    const sent = page.waitForResponse((response) => response.url().endsWith("/events"));
    await page.locator("#emergency-key").click();
    await screen(page, "emergency");
    assert.deepEqual((await (await sent).json()).set_aside, []);
    assert.match(await page.locator("#top").textContent(), /已联网|正在传/);
    assert.deepEqual(page.troubles, []);
  } finally {
    await browser.close();
  }
});
