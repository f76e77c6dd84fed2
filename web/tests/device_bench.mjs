// How long a decision takes on the phone: from the end of a scanned text to the verdict laid out
// on the page, in Chromium, with the list of a real compound. `cargo xtask bench gate` runs it
// with a server and passes of its own, and reads what it prints.
import assert from "node:assert/strict";
import { text } from "node:stream/consumers";
import { browse, screen } from "./support.mjs";
import { phone_on_duty } from "./town.mjs";

/** How often the app is opened anew for the first decision. */
const OPENED = 10;
/** How much slower the processor is made, as that of a cheap phone. */
const SLOWER = 6;

/** Milliseconds between two people: what is drawn of the one before is done by then. */
const BETWEEN = 150;

/** Runs in the page: scans one text after the other, and how long each verdict took. */
async function decide_all({ texts, between }) {
  const key = (key) =>
    dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  const rest = () => new Promise((done) => setTimeout(done, between));
  const { dataset } = document.body;
  /** Types a text and gives what is shown; what counts begins with the key that ends it. */
  const scan = (text) => {
    for (const letter of text) key(letter);
    const began = performance.now();
    key("Enter");
    document.body.getBoundingClientRect();
    return { millis: performance.now() - began, shown: dataset.screen };
  };
  const seen = [];
  for (const text of texts) {
    let one = scan(text);
    // The machine stopped between two letters, so that they were no burst of a scanner.
    for (let tries = 0; one.shown === "message" && tries < 5; tries += 1) one = scan(text);
    seen.push(one);
    await rest();
    const keys = [...document.querySelectorAll("button")];
    const leave = keys.find((button) => button.textContent === "点错了");
    if (!leave) throw new Error(`no way back from ${dataset.screen}`);
    leave.click();
    await rest();
    if (dataset.screen !== "scan") throw new Error(`left for ${dataset.screen}`);
  }
  return seen;
}

const { url, account, password, texts } = JSON.parse(await text(process.stdin));
const browser = await browse();
try {
  const town = { url, accounts: { shift_lead: { account, password } } };
  const page = await phone_on_duty(town, browser);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  const devtools = await page.context().newCDPSession(page);
  const slower = (rate) => devtools.send("Emulation.setCPUThrottlingRate", { rate });
  const first = [];
  for (const one of texts.slice(0, OPENED)) {
    await page.reload();
    await screen(page, "scan");
    await page.locator(".age-fresh").waitFor();
    first.push(...await page.evaluate(decide_all, { texts: [one], between: BETWEEN }));
  }
  const next = await page.evaluate(decide_all, { texts, between: BETWEEN });
  await slower(SLOWER);
  const slow = await page.evaluate(decide_all, { texts, between: BETWEEN });
  for (const { shown } of [...first, ...next, ...slow]) {
    assert.ok(["admit", "ask", "refuse", "refer"].includes(shown), `a pass was answered ${shown}`);
  }
  const millis = (seen) => seen.map((one) => one.millis);
  console.log(JSON.stringify({ first: millis(first), next: millis(next), slow: millis(slow) }));
} finally {
  await browser.close();
}
